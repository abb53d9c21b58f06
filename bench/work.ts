import * as z from 'zod';
import { problemCode } from '../lib/client/expect-status.ts';
import type { ApiClient } from '../lib/client/http.ts';
import { addressIn, Placed } from '../lib/client/sale.ts';

/** What the driver needs to know of the shop under load. */
export const ShopInput = z.object({
  publishableKey: z.string(),
  currency: z.string(),
  country: z.string(),
  shippingMethodId: z.string(),
  variantIds: z.array(z.string()),
  slugs: z.array(z.string()),
  customer: z.object({ email: z.string(), password: z.string() }),
  /** Orders to place as they are, each a list of variant ids; empty for random pairs. */
  baskets: z.array(z.array(z.string())),
});
export type ShopInput = z.output<typeof ShopInput>;

const Cart = z.looseObject({ id: z.string(), token: z.string(), quote: z.looseObject({ total: z.number() }) });

export type Work = (client: number, round: number) => Promise<string | undefined>;

const pick = <Item>(items: readonly Item[]): Item => {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from');
  return item;
};

/** A guest's whole purchase: a cart with everything in one call, then the checkout. Counted when confirmed. */
const buy = async (
  api: ApiClient,
  shop: ShopInput,
  lines: readonly { variantId: string; quantity: number }[],
  acknowledge: (orderId: string) => void,
): Promise<string | undefined> => {
  const credential = shop.publishableKey;
  const created = await api.send('POST', '/v1/carts', {
    credential,
    body: {
      currency: shop.currency,
      locale: 'en',
      lines,
      email: 'shopper@example.com',
      shippingAddress: addressIn(shop.country),
      shippingMethodId: shop.shippingMethodId,
    },
  });
  const cart = Cart.safeParse(created.body);
  if (!cart.success) return `cart: ${created.status} ${problemCode(created)}`;
  const answer = await api.send('POST', '/v1/orders/checkouts', {
    credential,
    headers: { 'cart-token': cart.data.token },
    body: {
      cartId: cart.data.id,
      expectedTotal: { amount: cart.data.quote.total, currency: shop.currency },
      payment: { provider: 'test', method: 'card_approved' },
    },
  });
  const placed = Placed.safeParse(answer.body);
  if (answer.status === 201 && placed.success) {
    acknowledge(placed.data.order.id);
    return undefined;
  }
  return `checkout: ${answer.status} ${problemCode(answer)}`;
};

const expectOk = async (answer: Promise<{ status: number }>): Promise<string | undefined> => {
  const { status } = await answer;
  return status >= 200 && status < 300 ? undefined : `status ${status}`;
};

/** Distinct ones: equal products would merge to one line. */
const pair = (shop: ShopInput): { variantId: string; quantity: number }[] => {
  const first = pick(shop.variantIds);
  let second = pick(shop.variantIds);
  while (second === first) second = pick(shop.variantIds);
  return [
    { variantId: first, quantity: 1 },
    { variantId: second, quantity: 1 },
  ];
};

/** The work of a row by its name. `acknowledge` hears of each confirmed order before the work ends. */
export const workOf = (
  row: string,
  api: ApiClient,
  shop: ShopInput,
  acknowledge: (orderId: string) => void = () => undefined,
): Work => {
  const credential = shop.publishableKey;
  const carts = new Map<number, z.output<typeof Cart>>();
  let basket = 0;
  const works: Readonly<Record<string, Work>> = {
    checkout: () => buy(api, shop, pair(shop), acknowledge),
    baskets: () => {
      const codes = shop.baskets[basket++ % shop.baskets.length] ?? [];
      return buy(
        api,
        shop,
        [...new Set(codes)].map((variantId) => ({ variantId, quantity: 1 })),
        acknowledge,
      );
    },
    product: () => expectOk(api.send('GET', `/v1/catalog/products/by-slug/${pick(shop.slugs)}`, { credential })),
    list: () => expectOk(api.send('GET', '/v1/catalog/products?limit=20', { credential })),
    login: () => expectOk(api.send('POST', '/v1/accounts/sessions', { credential, body: shop.customer })),
    'cart change': async (client, round) => {
      let cart = carts.get(client);
      if (cart === undefined) {
        const created = await api.send('POST', '/v1/carts', {
          credential,
          body: { currency: shop.currency, locale: 'en', lines: pair(shop) },
        });
        cart = Cart.parse(created.body);
        carts.set(client, cart);
      }
      const variantId = shop.variantIds[client % shop.variantIds.length];
      const change = {
        op: round % 2 === 0 ? 'addLine' : 'removeLine',
        variantId,
        ...(round % 2 === 0 ? { quantity: 1 } : {}),
      };
      return expectOk(
        api.send('POST', `/v1/carts/${cart.id}/changes`, {
          credential,
          headers: { 'cart-token': cart.token },
          body: { changes: [change] },
        }),
      );
    },
  };
  const work = works[row];
  if (work === undefined) throw new Error(`There is no row ${row}`);
  return work;
};
