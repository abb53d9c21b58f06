import * as z from 'zod';
import { call } from './expect-status.ts';
import type { ApiClient } from './http.ts';
import type { Shop } from './shop.ts';

const Listed = z.looseObject({ items: z.array(z.looseObject({ slug: z.string() })) });
const Detailed = z.looseObject({
  variants: z.array(z.looseObject({ id: z.string(), prices: z.array(z.looseObject({ currency: z.string() })) })),
});

/**
 * Do quotes know the prices of the products that a shop lists first? They reach pricing by events, moments after the
 * write. Answers true, or undefined for "not yet", as `until` wants it.
 */
export const productsAreQuotable = async (api: ApiClient, shop: Shop): Promise<true | undefined> => {
  const credential = shop.publishableKey;
  const { items } = await call(api, Listed, 'GET', '/v1/catalog/products?limit=3', { credential });
  for (const { slug } of items) {
    const product = await call(api, Detailed, 'GET', `/v1/catalog/products/by-slug/${encodeURIComponent(slug)}`, {
      credential,
    });
    const variant = product.variants[0];
    const quote = await api.send('POST', '/v1/pricing/quotes', {
      credential,
      body: {
        context: { currency: variant?.prices[0]?.currency ?? 'EUR' },
        lines: [{ variantId: variant?.id, quantity: 1 }],
        codes: [],
      },
    });
    if (quote.status !== 200) return undefined;
  }
  return items.length > 0 ? true : undefined;
};
