import type { Instant } from '../../lib/runtime/clock.ts';
import type { Write } from '../../lib/runtime/db.ts';
import type { ImportedStock } from './calls.ts';
import { planDraws } from './draws.ts';
import { stockKey } from './keys.ts';
import { availableAt } from './relayout.ts';
import { keyOfBucket, newStock, type Snapshot, type StoredStock } from './stored-stock.ts';

/** What shall become of one variant. */
export interface VariantChange {
  readonly variantId: string;
  readonly levels: readonly {
    readonly locationId: string;
    readonly change: { readonly delta: number } | { readonly setTo: number };
  }[];
  /** What an import says besides quantities. */
  readonly settings?: Pick<ImportedStock, 'tracked' | 'policy'> & { readonly source: string };
}

export type VariantPlan =
  | {
      readonly writes: readonly Write[];
      readonly moved: readonly { readonly locationId: string; readonly delta: number }[];
    }
  | { readonly short: { readonly requested: number; readonly available: number } };

interface BucketDelta {
  readonly bucket: number;
  readonly delta: number;
}

/** Into bucket 0, or out of the buckets that have it; what may be sold below zero may also be counted below zero. */
const bucketDeltas = (
  snapshot: Snapshot | undefined,
  locationId: string,
  delta: number,
  beyond: boolean,
): readonly BucketDelta[] | undefined => {
  if (delta >= 0 || beyond) return [{ bucket: 0, delta }];
  const levels = (snapshot?.buckets ?? []).filter((bucket) => bucket.locationId === locationId);
  const plan = planDraws({ tracked: true, policy: 'deny', levels, defaultLocation: locationId }, -delta, 0);
  return 'short' in plan ? undefined : plan.draws.map(({ bucket, quantity }) => ({ bucket, delta: -quantity }));
};

/**
 * The writes that change one variant: its own item always (its revision makes two adjustments that read the same figures exclude
 * each other), and the buckets that gain or lose.
 */
export const planVariant = (
  snapshot: Snapshot | undefined,
  change: VariantChange,
  defaultLocation: string,
  at: Instant,
): VariantPlan => {
  const stock = snapshot?.stock ?? newStock(change.variantId, at);
  const settings = change.settings ?? { tracked: stock.tracked, policy: stock.policy };
  const moved: { locationId: string; delta: number }[] = [];
  const others: Write[] = [];
  const newLevels: string[] = [];
  let own = 0;
  for (const { locationId, change: wanted } of change.levels) {
    const available = snapshot === undefined ? 0 : availableAt(snapshot, locationId);
    const delta = 'delta' in wanted ? wanted.delta : wanted.setTo - available;
    if (delta === 0) continue;
    const deltas = bucketDeltas(snapshot, locationId, delta, settings.policy === 'continue');
    if (deltas === undefined) return { short: { requested: -delta, available: Math.max(0, available) } };
    moved.push({ locationId, delta });
    for (const each of deltas) {
      if (locationId === defaultLocation && each.bucket === 0) own += each.delta;
      else if (each.bucket === 0 && stock.layout[locationId] === undefined) {
        newLevels.push(locationId);
        others.push(newLevelWrite(change.variantId, locationId, each.delta));
      } else {
        const key = keyOfBucket(defaultLocation, { variantId: change.variantId, locationId, bucket: each.bucket });
        others.push({ update: key, with: addTo(each.delta, settings.policy === 'continue') });
      }
    }
  }
  const sameSettings = settings.tracked === stock.tracked && settings.policy === stock.policy;
  if (moved.length === 0 && sameSettings && (snapshot !== undefined || change.settings === undefined)) {
    return { writes: [], moved };
  }
  const next =
    change.settings === undefined ? {} : { ...change.settings, version: stock.version + (sameSettings ? 0 : 1) };
  const layout = {
    ...stock.layout,
    ...Object.fromEntries(newLevels.map((locationId) => [locationId, { b: 1, v: 1 }])),
  };
  if (snapshot === undefined) {
    const spread = newLevels.length > 0 ? { spread: true } : {};
    const made = { ...stock, ...change.settings, ...spread, available: own, revision: 1, layout };
    return {
      writes: [
        { put: { ...stockKey(change.variantId), ...made }, condition: { expression: 'attribute_not_exists(pk)' } },
        ...others,
      ],
      moved,
    };
  }
  const set = { ...next, ...(newLevels.length > 0 ? { layout, spread: true } : {}), updatedAt: at };
  return { writes: [ownItemWrite(stock, own, settings.policy === 'deny', set), ...others], moved };
};

const newLevelWrite = (variantId: string, locationId: string, available: number): Write => ({
  put: {
    ...keyOfBucket('', { variantId, locationId, bucket: 0 }),
    variantId,
    locationId,
    bucket: 0,
    v: 1,
    available,
    reserved: 0,
    shipped: 0,
  },
  condition: { expression: 'attribute_not_exists(pk)' },
});

const AVAILABLE = { '#available': 'available' };
const addTo = (delta: number, beyond: boolean) => ({
  update: 'SET #available = #available + :delta',
  condition: delta < 0 && !beyond ? 'attribute_exists(pk) AND #available >= :least' : 'attribute_exists(pk)',
  names: AVAILABLE,
  values: { ':delta': delta, ...(delta < 0 && !beyond ? { ':least': -delta } : {}) },
});

const ownItemWrite = (
  stock: StoredStock,
  delta: number,
  deny: boolean,
  set: Readonly<Record<string, unknown>>,
): Write => {
  const names = Object.keys(set);
  const guarded = delta < 0 && deny;
  const sets = [
    ...names.map((name) => `#${name} = :${name}`),
    '#revision = #revision + :one',
    ...(delta === 0 ? [] : ['#available = #available + :delta']),
  ];
  return {
    update: stockKey(stock.variantId),
    with: {
      update: `SET ${sets.join(', ')}`,
      condition: `#revision = :seen${guarded ? ' AND #available >= :least' : ''}`,
      names: {
        '#revision': 'revision',
        ...(delta === 0 ? {} : AVAILABLE),
        ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
      },
      values: {
        ':one': 1,
        ':seen': stock.revision,
        ...(delta === 0 ? {} : { ':delta': delta }),
        ...(guarded ? { ':least': -delta } : {}),
        ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
      },
    },
  };
};
