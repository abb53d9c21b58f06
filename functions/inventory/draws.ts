/** What is available in one bucket of one location. */
export interface BucketLevel {
  readonly locationId: string;
  readonly bucket: number;
  readonly available: number;
}

/** A variant as a reservation sees it. Levels are in the order in which locations are drawn from. */
export interface StockView {
  readonly tracked: boolean;
  readonly policy: 'deny' | 'continue';
  readonly levels: readonly BucketLevel[];
  /** Where a back-order goes: bucket 0 of the default location. */
  readonly defaultLocation: string;
}

/** So much from this bucket. `beyond`: more than there is, because the variant may be sold below zero. */
export interface Draw {
  readonly locationId: string;
  readonly bucket: number;
  readonly quantity: number;
  readonly beyond: boolean;
}

export type DrawPlan = { readonly draws: readonly Draw[] } | { readonly short: number };

const sum = (levels: readonly BucketLevel[]): number =>
  levels.reduce((total, { available }) => total + Math.max(0, available), 0);

/** Takes from the levels in their order until there is enough. */
const take = (levels: readonly BucketLevel[], quantity: number): { draws: Draw[]; left: number } => {
  const draws: Draw[] = [];
  let left = quantity;
  for (const { locationId, bucket, available } of levels) {
    const part = Math.min(left, Math.max(0, available));
    if (part > 0) draws.push({ locationId, bucket, quantity: part, beyond: false });
    left -= part;
    if (left === 0) break;
  }
  return { draws, left };
};

/** The seed's own bucket first, then the fullest: as few draws as can be. */
const inOrderOfSeed = (levels: readonly BucketLevel[], seed: number): BucketLevel[] => {
  const own = levels.length === 0 ? 0 : seed % levels.length;
  return [...levels].sort((a, b) =>
    a.bucket === own ? -1 : b.bucket === own ? 1 : b.available - a.available || a.bucket - b.bucket,
  );
};

/**
 * Where to take a quantity from: the first location that has all of it, else from one after the other. What is not tracked is
 * taken from nowhere; what may be sold below zero is never short.
 */
export const planDraws = (view: StockView, quantity: number, seed: number): DrawPlan => {
  if (!view.tracked) return { draws: [] };
  const byLocation = [...Map.groupBy(view.levels, ({ locationId }) => locationId).values()];
  const whole = byLocation.find((levels) => sum(levels) >= quantity);
  const wanted = (whole === undefined ? byLocation : [whole]).flatMap((levels) => inOrderOfSeed(levels, seed));
  const { draws, left } = take(wanted, quantity);
  if (left === 0) return { draws };
  if (view.policy === 'deny') return { short: sum(view.levels) };
  return { draws: withBackOrder(draws, view.defaultLocation, left) };
};

/** The rest goes to bucket 0 of the default location, together with what is taken from it anyway. */
const withBackOrder = (draws: readonly Draw[], locationId: string, rest: number): Draw[] => {
  const isThere = (draw: Draw) => draw.locationId === locationId && draw.bucket === 0;
  const there = draws.find(isThere)?.quantity ?? 0;
  return [...draws.filter((draw) => !isThere(draw)), { locationId, bucket: 0, quantity: there + rest, beyond: true }];
};
