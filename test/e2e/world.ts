import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import { type ApiClient, apiClient, retrying } from '../../lib/client/http.ts';
import { SAMPLE_RULES, sampleShop } from '../../lib/client/sample-shop.ts';
import { onboardShop, setUpRules, type Shop, type ShopPlan } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { careful } from './careful-client.ts';
import { ROUTE_LOG } from './route-coverage.ts';

const base = inject('apiBase');

/**
 * The suite's client of the public API; it notes where it has been. In rough weather it asks again what failed on the server's
 * side, as an app should, and finds out what became of it.
 */
export const api: ApiClient = careful(
  retrying(
    apiClient(
      typeof base === 'string' ? base : { ...base, '': base['carts'] ?? '' },
      (method, path, status) => {
        appendFileSync(ROUTE_LOG, `${method} ${path} ${status}\n`);
      },
      inject('connections'),
    ),
    inject('attempts'),
  ),
);

export const operatorKey = inject('operatorKey');

/** Unique in a deployment that many runs share. */
export const unique = (word: string): string => `${word}-${randomBytes(5).toString('hex')}`;

/** Onboards a tenant of its own for a test file, with 19 % inclusive tax and a flat 4.90 in EUR and USD. */
export const newShop = async (word: string, changes: Partial<ShopPlan> = {}): Promise<Shop> => {
  const slug = unique(word);
  const shop = await onboardShop(api, operatorKey, { ...sampleShop(slug, `Shop ${word}`), ...changes });
  await setUpRules(api, shop, SAMPLE_RULES);
  return shop;
};

const Created = z.looseObject({ id: z.string() });

export interface TestProduct {
  readonly productId: string;
  readonly slug: string;
  readonly variantId: string;
  readonly sku: string;
}

/** Creates an active product with one variant at `amount` (EUR cents) and so many pieces, and waits until it can be quoted. */
export const newProduct = async (
  shop: Shop,
  {
    amount = 1000,
    pieces = 100,
    title = 'Sample cup',
    requiresShipping = true,
  }: { amount?: number; pieces?: number | 'untracked'; title?: string; requiresShipping?: boolean } = {},
): Promise<TestProduct> => {
  const credential = shop.secretKey;
  const slug = unique('cup');
  const sku = unique('sku').toUpperCase();
  const product = await call(api, Created, 'POST', '/v1/catalog/products', {
    credential,
    body: { title, slug, status: 'active', taxCategory: 'standard', options: [] },
  });
  const variant = await call(api, Created, 'POST', `/v1/catalog/products/${product.id}/variants`, {
    credential,
    body: { sku, weightGrams: 300, requiresShipping, prices: [{ currency: 'EUR', amount }] },
  });
  await setStock(shop, variant.id, pieces);
  await until(`the price of ${slug} to reach the quotes`, async () => {
    const quote = await api.send('POST', '/v1/pricing/quotes', {
      credential: shop.publishableKey,
      body: { context: { currency: 'EUR' }, lines: [{ variantId: variant.id, quantity: 1 }], codes: [] },
    });
    return quote.status === 200 ? true : undefined;
  });
  return { productId: product.id, slug, variantId: variant.id, sku };
};

/** Makes a variant tracked with so many pieces (or not tracked). */
export const setStock = async (shop: Shop, variantId: string, pieces: number | 'untracked'): Promise<void> => {
  const credential = shop.secretKey;
  const path = `/v1/inventory/items/${variantId}`;
  await until(`the inventory to know ${variantId} and take its settings`, async () => {
    const item = await api.send('GET', path, { credential });
    if (item.status !== 200) return undefined;
    const changed = await api.send('PATCH', path, {
      credential,
      headers: { 'if-match': item.headers['etag'] },
      body: { tracked: pieces !== 'untracked', policy: 'deny' },
    });
    // 412: an event, or an answer of ours that was lost, came in between; read again.
    return changed.status === 200 ? true : undefined;
  });
  if (pieces === 'untracked') return;
  await call(api, z.unknown(), 'POST', '/v1/inventory/adjustments', {
    credential,
    body: { reason: 'correction', lines: [{ variantId, setTo: pieces }] },
  });
};
