import type { Item, TenantDb } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { StockView } from './draws.ts';
import { bucketKey, stockKey } from './keys.ts';
import { layoutOf, type Snapshot, StoredBucket, StoredStock } from './stored-stock.ts';

const MAX_TRIES = 8;

/** The keys of all buckets but the one that is the variant's own item. */
const otherBuckets = (stock: StoredStock, defaultLocation: string) =>
  [...new Set([defaultLocation, ...Object.keys(stock.layout)])].flatMap((locationId) =>
    Array.from({ length: layoutOf(stock, locationId).b }, (_, bucket) => ({ locationId, bucket })).filter(
      ({ bucket }) => bucket > 0 || locationId !== defaultLocation,
    ),
  );

/** The variant's own item as a snapshot, when it has no other bucket; else undefined. */
export const aloneIn = (item: Item, defaultLocation: string): Snapshot | undefined => {
  const stock = StoredStock.parse(item);
  return otherBuckets(stock, defaultLocation).length === 0 ? snapshotOf(stock, defaultLocation, []) : undefined;
};

const snapshotOf = (stock: StoredStock, locationId: string, others: readonly StoredBucket[]): Snapshot => {
  const { variantId, available, reserved, shipped } = stock;
  const own = { variantId, locationId, bucket: 0, v: layoutOf(stock, locationId).v, available, reserved, shipped };
  return { stock, buckets: [own, ...others] };
};

/**
 * Reads variants with all their buckets; those without an item are left out. Buckets are split and merged by others meanwhile:
 * a variant whose buckets are not all of the layout that its item speaks of is read again.
 */
export const readSnapshots = async (
  table: TenantDb,
  defaultLocation: string,
  variantIds: readonly string[],
  options: { readonly consistent: boolean },
): Promise<ReadonlyMap<string, Snapshot>> => {
  const found = new Map<string, Snapshot>();
  let wanted = [...new Set(variantIds)];
  for (let attempt = 0; wanted.length > 0; attempt += 1) {
    const stocks = (await table.batchGet(wanted.map(stockKey), options)).map((item) => StoredStock.parse(item));
    const keys = stocks.flatMap((stock) =>
      otherBuckets(stock, defaultLocation).map(({ locationId, bucket }) =>
        bucketKey(stock.variantId, locationId, bucket),
      ),
    );
    const items = keys.length === 0 ? [] : await table.batchGet(keys, options);
    const buckets = Map.groupBy(
      items.map((item) => StoredBucket.parse(item)),
      ({ variantId }) => variantId,
    );
    wanted = [];
    for (const stock of stocks) {
      const others = buckets.get(stock.variantId) ?? [];
      const whole =
        others.length === otherBuckets(stock, defaultLocation).length &&
        others.every((bucket) => bucket.v === layoutOf(stock, bucket.locationId).v);
      if (whole) found.set(stock.variantId, snapshotOf(stock, defaultLocation, others));
      else wanted.push(stock.variantId);
    }
    if (wanted.length > 0 && attempt === MAX_TRIES) {
      throw temporarilyUnavailable('Stock is being moved at this moment. Try again.', { retryAfter: 1 });
    }
  }
  return found;
};

/** A snapshot as a reservation sees it, with locations in the order of their rank. */
export const viewOf = (
  snapshot: Snapshot | undefined,
  defaultLocation: string,
  rankOf: (locationId: string) => number,
): StockView => ({
  tracked: snapshot?.stock.tracked ?? true,
  policy: snapshot?.stock.policy ?? 'deny',
  levels: [...(snapshot?.buckets ?? [])].sort((a, b) => rankOf(a.locationId) - rankOf(b.locationId)),
  defaultLocation,
});
