import type { EventOf } from '../../lib/runtime/events.ts';
import type { VariantCreated, VariantDeleted, VariantUpdated } from '../catalog/events.ts';
import type { StockStore } from './store.ts';

interface Deps {
  readonly stock: StockStore;
}

/**
 * A new variant has an item with the defaults, unless an import or an adjustment was faster. So has one that is heard of
 * for the first time by a change: its creation is late or lost.
 */
export const makeItem =
  ({ stock }: Deps) =>
  async ({ tenant, detail, time }: EventOf<typeof VariantCreated | typeof VariantUpdated>): Promise<void> =>
    stock.ensure(tenant, detail.variantId, time);

export const retireItem =
  ({ stock }: Deps) =>
  async ({ tenant, detail, time }: EventOf<typeof VariantDeleted>): Promise<void> =>
    stock.retire(tenant, detail.variantId, time);
