import { Instant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import { type TenantId, tenantId } from '../../lib/runtime/tenant.ts';
import { adjustmentId, defaultLocationOf, locationId } from '../../functions/inventory/model.ts';
import type { AdjustmentOrder, LocationStore, ReservationStore, StockStore } from '../../functions/inventory/store.ts';

export interface InventoryStores {
  readonly stock: StockStore;
  readonly reservations: ReservationStore;
  readonly locations: LocationStore;
}

export const tenantA: TenantId = tenantId.derive('a');
export const tenantB: TenantId = tenantId.derive('b');
export const AT = Instant.parse('2026-06-01T12:00:00.000Z');
export const LATER = Instant.parse('2026-06-02T12:00:00.000Z');
export const ACTOR = { type: 'staff' as const, id: 'staff-1' };

export const variantOf = (name: string): string => defineId<'Any'>('var').derive(name);
export const orderOf = (name: string): string => defineId<'Any'>('ord').derive(name);
export const MAIN = defaultLocationOf(tenantA);
export const SECOND = locationId.derive('second');

export const linesOf = (...quantities: readonly (readonly [string, number])[]) =>
  quantities.map(([name, quantity]) => ({ variantId: variantOf(name), quantity }));

type Line = readonly [
  name: string,
  change: { readonly delta: number } | { readonly setTo: number },
  location?: typeof MAIN,
];

export const adjustmentOf = (
  id: string,
  lines: readonly Line[],
  facts: Partial<AdjustmentOrder> = {},
): AdjustmentOrder => ({
  id: adjustmentId.derive(id),
  reason: 'received',
  lines: lines.map(([name, change, location]) => ({
    variantId: variantOf(name),
    locationId: location ?? MAIN,
    change,
  })),
  actor: ACTOR,
  traceId: 'trace',
  requestHash: 'hash',
  at: AT,
  ...facts,
});

/** Puts stock where it is wanted, each time as an adjustment of its own. */
export const stocked = async (stock: StockStore, levels: readonly (readonly [string, number, typeof MAIN?])[]) => {
  for (let start = 0; start < levels.length; start += 30) {
    const lines = levels
      .slice(start, start + 30)
      .map(([name, delta, at]): Line => (at === undefined ? [name, { delta }] : [name, { delta }, at]));
    const id = `stock-${start}-${levels.map(([name]) => name).join()}`;
    const outcome = await stock.adjust(tenantA, adjustmentOf(id, lines));
    if (outcome.status !== 'adjusted') throw new Error(outcome.status);
  }
};

/** Makes the second location, behind the main one unless said otherwise. */
export const withSecondLocation = (locations: LocationStore, priority = 100): Promise<undefined> =>
  locations.change(tenantA, (all) => ({
    locations: [
      ...all,
      {
        id: SECOND,
        name: 'Second',
        country: null,
        priority,
        isDefault: false,
        version: 1,
        createdAt: AT,
        updatedAt: AT,
        requestHash: '',
        used: true,
      },
    ],
    result: undefined,
  }));

/** What is there of a variant, over all locations. */
export const countsOf = async (stock: StockStore, name: string, tenant = tenantA) => {
  const [found] = await stock.levels(tenant, [variantOf(name)], { consistent: true });
  const sum = (what: 'available' | 'reserved' | 'shipped' | 'onHand') =>
    (found?.levels ?? []).reduce((total, level) => total + level[what], 0);
  return { available: sum('available'), reserved: sum('reserved'), shipped: sum('shipped') };
};

/** All that ever came and went, by the ledger. */
export const ledgerOf = async (stock: StockStore, name: string): Promise<number> => {
  let sum = 0;
  let after: Readonly<Record<string, string | number>> | undefined;
  do {
    const page = await stock.movements(tenantA, variantOf(name), { from: undefined, limit: 100, after });
    sum += page.items.reduce((total, { delta }) => total + delta, 0);
    after = page.last;
  } while (after !== undefined);
  return sum;
};
