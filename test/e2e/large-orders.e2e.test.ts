import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as, outcome } from './caller.ts';
import { importing } from './imports.ts';
import { api, newProduct, newShop, setStock, unique } from './world.ts';

const Levels = z.looseObject({
  items: z.array(z.looseObject({ variantId: z.string(), available: z.number(), reserved: z.number() })),
});
const Product = z.looseObject({ variants: z.array(z.looseObject({ id: z.string() })) });

let shop: Shop;
let staff: ReturnType<typeof as>;
beforeAll(async () => {
  shop = await newShop('large');
  staff = as(shop.secretKey);
});

/** Available and reserved, over all locations. */
const levelOf = async (variantId: string): Promise<readonly [number, number]> => {
  const { items } = Levels.parse((await staff.get(`/v1/inventory/levels?variantIds=${variantId}`)).body);
  return [
    items.reduce((sum, level) => sum + level.available, 0),
    items.reduce((sum, level) => sum + level.reserved, 0),
  ];
};
const buy = async (lines: readonly { variantId: string; quantity: number }[], method?: string) => {
  const cart = await createCart(api, shop, { currency: 'EUR', lines, shippingMethodId: SHIPPING_METHOD });
  return checkOut(api, shop, { cart, ...(method === undefined ? {} : { method }) });
};

describe('an order of most of a large stock', () => {
  it('is taken from wherever the stock lies, and leaves the rest for the next one', async () => {
    const { variantId } = await newProduct(shop, { pieces: 400 });
    expect((await buy([{ variantId, quantity: 320 }])).status).toBe(201);
    expect(await levelOf(variantId)).toEqual([80, 320]);
    expect((await buy([{ variantId, quantity: 80 }])).status).toBe(201);
    expect(await levelOf(variantId)).toEqual([0, 400]);
    expect(problemCode(await buy([{ variantId, quantity: 1 }]))).toBe('out_of_stock');
  });

  it('is taken from two locations when one has not enough', async () => {
    const { variantId } = await newProduct(shop, { pieces: 3 });
    const location = await call(api, z.looseObject({ id: z.string() }), 'POST', '/v1/inventory/locations', {
      credential: shop.secretKey,
      body: { name: unique('Cellar'), country: 'DE', priority: 5 },
    });
    const lines = [{ variantId, locationId: location.id, setTo: 3 }];
    expect(outcome(await staff.post('/v1/inventory/adjustments', { reason: 'correction', lines }))).toBe('201');
    expect((await buy([{ variantId, quantity: 5 }])).status).toBe(201);
    expect(await levelOf(variantId)).toEqual([1, 5]);
  });
});

describe('a large stock', () => {
  it('can be counted down to a few', async () => {
    const { variantId } = await newProduct(shop, { pieces: 400 });
    await setStock(shop, variantId, 3);
    expect(await levelOf(variantId)).toEqual([3, 0]);
    expect((await buy([{ variantId, quantity: 3 }])).status).toBe(201);
  });
});

describe('an order of more lines than a transaction has room for', () => {
  const LINES = 120;
  let variantIds: readonly string[];
  const linesOf = (more: Readonly<Record<string, number>> = {}) =>
    variantIds.map((variantId) => ({ variantId, quantity: more[variantId] ?? 1 }));
  const ends = () => Promise.all([levelOf(variantIds[0] ?? ''), levelOf(variantIds.at(-1) ?? '')]);

  beforeAll(async () => {
    const slug = unique('many');
    const header =
      'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty';
    const halves = [`${slug}-a`, `${slug}-b`];
    const rows = halves.flatMap((handle) =>
      Array.from({ length: LINES / 2 }, (_, n) => `${handle},Many,Size,${n},${handle}-${n},5,shopify,10`),
    );
    await importing(staff).run([header, ...rows, ''].join('\r\n'));
    const products = await Promise.all(
      halves.map((handle) =>
        call(api, Product, 'GET', `/v1/catalog/products/by-slug/${handle}`, { credential: shop.secretKey }),
      ),
    );
    variantIds = products.flatMap(({ variants }) => variants.map(({ id }) => id));
    await until('the prices to reach the quotes', async () => {
      const body = { context: { currency: 'EUR' }, lines: linesOf(), codes: [] };
      const quote = await api.send('POST', '/v1/pricing/quotes', { credential: shop.publishableKey, body });
      return quote.status === 200 ? true : undefined;
    });
  });

  it('takes nothing when one of its last lines is short, or the card is declined', async () => {
    const last = variantIds.at(-1) ?? '';
    expect(problemCode(await buy(linesOf({ [last]: 11 })))).toBe('out_of_stock');
    expect(problemCode(await buy(linesOf(), 'card_declined'))).toBe('payment_declined');
    await until('all to be given back', async () =>
      (await ends()).every(([available]) => available === 10) ? true : undefined,
    );
  });

  it('is placed, and gives all of it back when it is cancelled', async () => {
    const answer = await buy(linesOf());
    expect(outcome(answer)).toBe('201');
    const { order } = Placed.parse(answer.body);
    expect(order.lines).toHaveLength(LINES);
    expect(await ends()).toEqual([
      [9, 1],
      [9, 1],
    ]);
    const cancelled = await staff.post(`/v1/orders/${order.id}/cancel`, { reason: 'customer', restock: true });
    expect(outcome(cancelled)).toBe('200');
    await until('all to be given back', async () =>
      (await ends()).every(([available, reserved]) => available === 10 && reserved === 0) ? true : undefined,
    );
  });
});
