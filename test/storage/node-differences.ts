import type { Capabilities } from '../../functions/storage/node.ts';
import type { Differences } from '../local/contract-cases.ts';

/** What real stores do otherwise, each with the reason; capabilities only where one is missing. */
export const NODE_DIFFERENCES: Readonly<
  Record<string, { readonly capabilities?: Partial<Capabilities>; readonly differences?: Differences }>
> = {
  versitygw: {
    differences: {
      'a full node takes no more, and says so':
        'has no quotas, and none of its disks is small enough to be filled here',
    },
  },
};
