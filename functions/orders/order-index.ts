import { key } from '../../lib/runtime/keys.ts';
import type { SystemIndexNames } from '../../lib/runtime/system-index.ts';
import type { OrderFilter, Owner, StoredOrder } from './store.ts';

/** The index of what is pending: the table declares it, the reconciler reads it. */
export const DUE: SystemIndexNames = { name: 'due', partition: 'duePk', sort: 'dueSk' };

/** Shards of the index of pending orders: one would be a hot key of the whole deployment. */
export const DUE_SHARDS = 16;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const shardOf = (orderId: string): number => ALPHABET.indexOf(orderId.at(-1) ?? '0') % DUE_SHARDS;
export const duePartition = (shard: number): string => key('due', shard);

/** The order's place in the index of what is pending: an index of the system's own, so without the tenant. */
export const dueKeys = (orderId: string, dueAt: Date) => ({
  duePk: duePartition(shardOf(orderId)),
  dueSk: key(dueAt.toISOString(), orderId),
});
/** Sorts after everything that is due until then. */
export const dueUntil = (now: Date): string => `${now.toISOString()}~`;

/** The indexes of a placed order: all by time, the customer's or the guest's by time, and by number. */
export const indexKeys = (
  orderId: string,
  placed: { readonly number: string; readonly createdAt: string },
  owner: Owner,
  emailHash: string | null,
) => {
  const byTime = key(placed.createdAt, orderId);
  const partition =
    owner.customerId !== null
      ? key('customer', owner.customerId)
      : emailHash === null
        ? undefined
        : key('email', emailHash);
  return {
    gsi1pk: 'orders',
    gsi1sk: byTime,
    ...(partition === undefined ? {} : { gsi2pk: partition, gsi2sk: byTime }),
    gsi3pk: key('number', placed.number),
    gsi3sk: 'order',
  };
};

/** The narrowest index that a filter can use. What it does not say is checked on the orders themselves. */
export const queryFor = (filter: OrderFilter) => {
  if (filter.number !== undefined) return { index: 'gsi3', pk: key('number', filter.number) } as const;
  const between = [filter.from ?? '0', filter.to ?? '9'] as const;
  const partition =
    filter.customerId !== undefined
      ? ({ index: 'gsi2', pk: key('customer', filter.customerId) } as const)
      : filter.emailHash !== undefined
        ? ({ index: 'gsi2', pk: key('email', filter.emailHash) } as const)
        : ({ index: 'gsi1', pk: 'orders' } as const);
  return { ...partition, sk: { between }, forward: false };
};

/** Does an order fit? An index may be a second old; the order itself decides. Refused ones only when asked for. */
export const fits = (filter: OrderFilter, { state, control }: StoredOrder): boolean =>
  state.placed !== null &&
  (filter.status === undefined ? state.status !== 'rejected' : state.status === filter.status) &&
  (filter.paymentStatus === undefined || state.paymentStatus === filter.paymentStatus) &&
  (filter.customerId === undefined || control.customerId === filter.customerId) &&
  (filter.number === undefined || state.placed.number === filter.number) &&
  (filter.from === undefined || state.createdAt >= filter.from) &&
  (filter.to === undefined || state.createdAt < filter.to);
