import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { api, newProduct, newShop } from './world.ts';

/** So many that some of their events come twice in rough weather. */
const ORDERS = 80;
const AT_ONCE = 8;
const ATTEMPTS = inject('attempts');
const PIECES = 1000;
/** How long a number is watched that must not move any more: longer than an event's second delivery can be late. */
const WATCHED_MS = ATTEMPTS > 1 ? 2_500 : 300;

const Usage = z.looseObject({ orders: z.number() });
const Levels = z.looseObject({
  items: z.array(z.looseObject({ available: z.number(), reserved: z.number(), onHand: z.number() })),
});

let shop: Shop;
let variantId: string;
const orderIds: string[] = [];

const inTurns = async <Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) => {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
};

const buy = async (): Promise<string> => {
  const cart = await createCart(api, shop, {
    currency: 'EUR',
    lines: [{ variantId, quantity: 1 }],
    shippingMethodId: SHIPPING_METHOD,
  });
  let answer = await checkOut(api, shop, { cart });
  // A part that gave no answer in time: nothing is charged, and the checkout may be begun anew, as the answer says.
  for (let left = ATTEMPTS - 1; left > 0 && problemCode(answer) === 'checkout_failed'; left -= 1) {
    answer = await checkOut(api, shop, { cart });
  }
  if (answer.status !== 201) throw new Error(`A checkout answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  return Placed.parse(answer.body).order.id;
};

const usage = async (): Promise<number> =>
  (await call(api, Usage, 'GET', '/v1/tenants/current/usage', { credential: shop.secretKey })).orders;

const stock = async () => {
  const { items } = await call(api, Levels, 'GET', `/v1/inventory/levels?variantIds=${variantId}`, {
    credential: shop.secretKey,
  });
  const sum = (of: 'available' | 'reserved' | 'onHand') => items.reduce((total, level) => total + level[of], 0);
  return { available: sum('available'), reserved: sum('reserved'), onHand: sum('onHand') };
};

/** Waits until something is as it must be, and then watches that it stays so. Answers what it was last. */
const settled = async <Seen>(look: () => Promise<Seen>, expected: Seen): Promise<Seen> => {
  let last = await look();
  const isSo = async (): Promise<boolean> => isDeepStrictEqual((last = await look()), expected);
  const reached = await until('what is expected', async () => ((await isSo()) ? true : undefined)).catch(() => false);
  const end = performance.now() + WATCHED_MS;
  if (!reached) return last;
  await until('the end of the watch', async () => (!(await isSo()) || performance.now() > end ? true : undefined));
  return last;
};

describe('however often its events arrive, an order', () => {
  beforeAll(async () => {
    shop = await newShop('once');
    ({ variantId } = await newProduct(shop, { pieces: PIECES }));
    orderIds.push(...(await inTurns(Array.from({ length: ORDERS }), buy)));
  });

  it('counts once in the usage of its shop', async () => {
    expect(new Set(orderIds).size).toBe(ORDERS);
    expect(await settled(usage, ORDERS), 'the usage').toBe(ORDERS);
  });

  it('is reserved once', async () => {
    expect(await stock()).toEqual({ available: PIECES - ORDERS, reserved: ORDERS, onHand: PIECES });
  });

  it('leaves the stock once when it is shipped', async () => {
    await inTurns(orderIds, (id) =>
      call(api, z.unknown(), 'POST', `/v1/orders/${id}/fulfilments`, {
        credential: shop.secretKey,
        body: {},
        headers: { 'idempotency-key': `ship-${id}` },
      }),
    );
    const left = { available: PIECES - ORDERS, reserved: 0, onHand: PIECES - ORDERS };
    expect(await settled(stock, left), 'the stock').toEqual(left);
  });
});
