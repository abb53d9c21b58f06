import { type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { bucketsFor, spread as spreadEvenly } from './buckets.ts';
import { stockKey } from './keys.ts';
import { type Counts, isSpread, keyOfBucket, layoutOf, type Snapshot, type StoredBucket } from './stored-stock.ts';

class GaveUp extends Error {}

const NAMES = { '#available': 'available', '#reserved': 'reserved', '#shipped': 'shipped' };
const SEEN = '#available = :seenAvailable AND #reserved = :seenReserved AND #shipped = :seenShipped';
const seenValues = (bucket: Counts) => ({
  ':seenAvailable': bucket.available,
  ':seenReserved': bucket.reserved,
  ':seenShipped': bucket.shipped,
});
const SET = 'SET #available = :available, #reserved = :reserved, #shipped = :shipped';
const newValues = (counts: Counts) => ({
  ':available': counts.available,
  ':reserved': counts.reserved,
  ':shipped': counts.shipped,
});

/** Would the level be better in another number of buckets? */
export const wantsRelayout = (snapshot: Snapshot, locationId: string): boolean =>
  bucketsFor(availableAt(snapshot, locationId)) !== layoutOf(snapshot.stock, locationId).b;

export const availableAt = (snapshot: Snapshot, locationId: string): number =>
  snapshot.buckets
    .filter((bucket) => bucket.locationId === locationId)
    .reduce((total, { available }) => total + available, 0);

/**
 * Splits or merges a location's level into as many buckets as its stock wants, in one transaction in which every bucket must
 * still be as it was read. Best effort: when somebody moves stock meanwhile, it stays as it is, and the next one who finds a
 * bucket too small tries again.
 */
export const relayout = async (
  table: TenantDb,
  defaultLocation: string,
  snapshot: Snapshot,
  locationId: string,
): Promise<boolean> => {
  if (!wantsRelayout(snapshot, locationId)) return false;
  try {
    const onConflict = () => Promise.reject(new GaveUp());
    await table.transact(relayoutWrites(defaultLocation, snapshot, locationId), { onConflict });
    return true;
  } catch (error) {
    if (error instanceof GaveUp || error instanceof TransactionRefused) return false;
    throw error;
  }
};

const relayoutWrites = (defaultLocation: string, snapshot: Snapshot, locationId: string): Write[] => {
  const { stock } = snapshot;
  const { variantId } = stock;
  const before = snapshot.buckets.filter((bucket) => bucket.locationId === locationId);
  const parts = spreadEvenly(availableAt(snapshot, locationId), bucketsFor(availableAt(snapshot, locationId)));
  const layout = { b: parts.length, v: layoutOf(stock, locationId).v + 1 };
  const gone = before.filter(({ bucket }) => bucket >= parts.length);
  const sum = (name: 'reserved' | 'shipped') => gone.reduce((total, bucket) => total + bucket[name], 0);

  const after = parts.map((available, bucket): { was: StoredBucket | undefined; is: StoredBucket } => {
    const was = before.find((each) => each.bucket === bucket);
    const moved = bucket === 0 ? { reserved: sum('reserved'), shipped: sum('shipped') } : { reserved: 0, shipped: 0 };
    const reserved = (was?.reserved ?? 0) + moved.reserved;
    const shipped = (was?.shipped ?? 0) + moved.shipped;
    return { was, is: { variantId, locationId, bucket, v: layout.v, available, reserved, shipped } };
  });

  const isOwnItem = (bucket: StoredBucket) => locationId === defaultLocation && bucket.bucket === 0;
  const spread = isSpread({ ...stock.layout, [locationId]: layout }, defaultLocation);
  const layoutNames = { '#layout': 'layout', '#location': locationId, '#spread': 'spread', '#revision': 'revision' };
  const layoutValues = { ':layout': layout, ':spread': spread, ':revision': stock.revision, ':one': 1 };

  return [
    {
      update: stockKey(variantId),
      with: ownItemUpdate(after.find(({ is }) => isOwnItem(is))),
    },
    ...after.filter(({ is }) => !isOwnItem(is)).map(({ was, is }) => bucketWrite(was, is)),
    ...gone.map((bucket): Write => ({
      delete: keyOfBucket(defaultLocation, bucket),
      condition: { expression: SEEN, names: NAMES, values: seenValues(bucket) },
    })),
  ];

  /** The variant's item names the layout, whose changes count as revisions; it is a bucket too at the default location. */
  function ownItemUpdate(own: { was: StoredBucket | undefined; is: StoredBucket } | undefined) {
    const update = '#layout.#location = :layout, #spread = :spread, #revision = #revision + :one';
    const condition = '#revision = :revision';
    if (own?.was === undefined) return { update: `SET ${update}`, condition, names: layoutNames, values: layoutValues };
    return {
      update: `${SET}, ${update}`,
      condition: `${SEEN} AND ${condition}`,
      names: { ...NAMES, ...layoutNames },
      values: { ...newValues(own.is), ...seenValues(own.was), ...layoutValues },
    };
  }

  function bucketWrite(was: StoredBucket | undefined, is: StoredBucket): Write {
    const key = keyOfBucket(defaultLocation, is);
    if (was === undefined) return { put: { ...key, ...is }, condition: { expression: 'attribute_not_exists(pk)' } };
    return {
      update: key,
      with: {
        update: `${SET}, #v = :v`,
        condition: SEEN,
        names: { ...NAMES, '#v': 'v' },
        values: { ...newValues(is), ...seenValues(was), ':v': is.v },
      },
    };
  }
};
