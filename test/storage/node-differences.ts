import type { Capabilities } from '../../functions/storage/node.ts';
import type { Differences } from '../local/contract-cases.ts';

/** What real stores do otherwise, each with the reason; capabilities only where one is missing. */
export const NODE_DIFFERENCES: Readonly<
  Record<string, { readonly capabilities?: Partial<Capabilities>; readonly differences?: Differences }>
> = {
  versitygw: {
    differences: {
      'a full node takes no more, and says so': 'not tried: it has no quotas, and its disk is not filled here',
    },
  },
  MinIO: {
    differences: {
      'a full node takes no more, and says so':
        'not tried: its quotas need its own client, and its disk is not filled here',
      'a doubled part is refused':
        'the part is there twice in the object; whoever completes must look at the parts first',
    },
  },
};
