import type { EventOf } from '../../lib/runtime/events.ts';
import type { VariantCreated, VariantDeleted, VariantUpdated } from '../catalog/events.ts';
import type { VariantStore } from './store.ts';

interface Deps {
  readonly variants: VariantStore;
}

/** A variant was made or changed: what it costs from now on. */
export const keepPrices =
  ({ variants }: Deps) =>
  async ({
    tenant,
    sequence,
    detail,
  }: EventOf<typeof VariantCreated> | EventOf<typeof VariantUpdated>): Promise<void> =>
    variants.keep(
      tenant,
      {
        variantId: detail.variantId,
        productId: detail.productId,
        sku: detail.sku,
        title: detail.title,
        options: detail.options,
        prices: detail.prices.map(({ currency, amount }) => ({ currency, amount })),
        available: detail.productStatus === 'active',
        taxCategory: detail.taxCategory,
        taxable: detail.taxable,
        weightGrams: detail.weightGrams,
        requiresShipping: detail.requiresShipping,
      },
      sequence,
    );

/** A variant is gone: it can no longer be quoted. */
export const forgetPrices =
  ({ variants }: Deps) =>
  async ({ tenant, sequence, detail }: EventOf<typeof VariantDeleted>): Promise<void> =>
    variants.forget(tenant, detail.variantId, sequence);
