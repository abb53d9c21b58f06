import type { Item, OpenTenantDb } from '../../lib/runtime/db.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { StockView } from './draws.ts';
import { defaultLocationOf } from './model.ts';
import { aloneIn, readSnapshots, viewOf } from './snapshots.ts';
import type { LocationStore } from './store.ts';
import type { Snapshot } from './stored-stock.ts';

/** What is known of variants' stock: remembered for a first guess, read for a decision. */
export interface StockViews {
  /**
   * What was seen last, or what most variants are like. Good for a try; never for a refusal. undefined: it lies at several
   * locations, so look first.
   */
  guess(tenant: TenantId, variantId: string): StockView | undefined;
  /** What is there now, of all that were asked for. */
  read(tenant: TenantId, variantIds: readonly string[]): Promise<ReadonlyMap<string, SeenStock>>;
  /** What a refused write answered with, if that is all there is of the variant. */
  learn(tenant: TenantId, item: Item): SeenStock | undefined;
}

export interface SeenStock {
  readonly view: StockView;
  readonly snapshot: Snapshot | undefined;
}

const KEPT_MS = 30_000;
const MAX_KEPT = 10_000;

/**
 * Most orders cost one transaction and no read: the first try follows what is remembered, and its conditions say whether it
 * was right. Only what is not tracked has no condition: switching tracking on is seen within 30 s.
 */
export const stockViews = (db: OpenTenantDb, locations: LocationStore): StockViews => {
  const kept = new Map<string, { readonly view: StockView; readonly until: number }>();
  const ranks = new Map<TenantId, { readonly ids: readonly string[]; readonly until: number }>();

  const rankOf = async (tenant: TenantId): Promise<(locationId: string) => number> => {
    const known = ranks.get(tenant);
    const fresh = known !== undefined && known.until > performance.now();
    const ids = fresh ? known.ids : (await locations.list(tenant)).map(({ id }) => id);
    if (!fresh) {
      if (ranks.size >= MAX_KEPT) ranks.clear();
      ranks.set(tenant, { ids, until: performance.now() + KEPT_MS });
    }
    return (locationId) => (ids.includes(locationId) ? ids.indexOf(locationId) : ids.length);
  };

  const keep = (tenant: TenantId, variantId: string, view: StockView): StockView => {
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(tenant + variantId, { view, until: performance.now() + KEPT_MS });
    return view;
  };

  return {
    guess: (tenant, variantId) => {
      const known = kept.get(tenant + variantId);
      const defaultLocation = defaultLocationOf(tenant);
      if (known !== undefined && known.until > performance.now()) {
        const elsewhere = known.view.levels.some(({ locationId }) => locationId !== defaultLocation);
        return elsewhere ? undefined : known.view;
      }
      const levels = [{ locationId: defaultLocation, bucket: 0, available: Number.POSITIVE_INFINITY }];
      return { tracked: true, policy: 'deny', levels, defaultLocation };
    },

    read: async (tenant, variantIds) => {
      const defaultLocation = defaultLocationOf(tenant);
      const snapshots = await readSnapshots(db(tenant), defaultLocation, variantIds, { consistent: true });
      const elsewhere = [...snapshots.values()].some(({ buckets }) =>
        buckets.some(({ locationId }) => locationId !== defaultLocation),
      );
      const rank = elsewhere ? await rankOf(tenant) : () => 0;
      return new Map(
        variantIds.map((variantId) => {
          const snapshot = snapshots.get(variantId);
          return [variantId, { view: keep(tenant, variantId, viewOf(snapshot, defaultLocation, rank)), snapshot }];
        }),
      );
    },

    learn: (tenant, item) => {
      const defaultLocation = defaultLocationOf(tenant);
      const snapshot = aloneIn(item, defaultLocation);
      if (snapshot === undefined) return undefined;
      const view = keep(
        tenant,
        snapshot.stock.variantId,
        viewOf(snapshot, defaultLocation, () => 0),
      );
      return { view, snapshot };
    },
  };
};
