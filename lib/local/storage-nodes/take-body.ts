import { s3Error } from '../s3/s3-error.ts';
import type { Exchange } from '../s3/exchange.ts';
import { receiveBody, type ReceivedBody } from '../s3/received-body.ts';
import { keptBody, type NodeFaults } from './node-faults.ts';
import type { NodeStore } from './node-store.ts';

/** Receives a body where there is room for it, and gives it to `keep`, which tells how many bytes it took the place of. */
export type TakeBody = (
  exchange: Exchange,
  keep: (body: ReceivedBody) => Promise<number>,
) => Promise<{ readonly told: ReceivedBody }>;

export const bodyTaker =
  ({ capacity, objects }: Pick<NodeStore, 'capacity' | 'objects'>, faults: NodeFaults): TakeBody =>
  async ({ request, incoming }, keep) => {
    const { headers } = request;
    const size = Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? 0);
    if (faults.full && size > 0) throw s3Error('InsufficientStorage', 'The node has no space left.', 507);
    return await capacity.taking(size, async () => {
      const told = await receiveBody(incoming, objects.incoming, headers);
      const body = await keptBody(faults, told);
      const replaced = body === undefined ? 0 : await keep(body);
      capacity.free(size - (body?.size ?? 0) + replaced);
      return { told };
    });
  };
