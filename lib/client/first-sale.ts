import * as z from 'zod';
import { call, problemCode } from './expect-status.ts';
import type { ApiClient } from './http.ts';
import type { Promises } from './promises.ts';
import { type Cart, checkOut, createCart, type Placed, placedBy } from './sale.ts';
import type { Shop } from './shop.ts';
import { until } from './until.ts';

const Price = z.looseObject({ currency: z.string(), amount: z.number() });
const Variant = z.looseObject({
  id: z.string(),
  productId: z.string().optional(),
  sku: z.string().nullish(),
  prices: z.array(Price),
});
const Product = z.looseObject({ id: z.string(), slug: z.string(), title: z.string(), variants: z.array(Variant) });
export type Product = z.output<typeof Product>;
const Page = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), slug: z.string() })),
  next: z.string().nullable(),
});
const Levels = z.looseObject({
  items: z.array(z.looseObject({ variantId: z.string(), available: z.number(), reserved: z.number() })),
});
const Orders = z.looseObject({ items: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });
const History = z.looseObject({ items: z.array(z.looseObject({ type: z.string() })) });

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The sums that a quote must satisfy, recomputed from its own lines. */
export const checkQuote = (found: Promises, where: string, cart: Cart): void => {
  const quote = cart.quote;
  if (quote === null) {
    found.holds(`${where}: the cart has a quote`, false, 'it has none');
    return;
  }
  for (const line of quote.lines) {
    found.equal(`${where}: a line is unit x quantity`, line.gross, line.unit * line.quantity);
    found.equal(`${where}: a line's net and tax are its total`, line.net + line.tax, line.total);
  }
  found.equal(
    `${where}: the subtotal is the sum of the lines`,
    quote.subtotal,
    sum(quote.lines.map((line) => line.gross)),
  );
  found.equal(
    `${where}: the total is lines and shipping`,
    quote.total,
    sum(quote.lines.map((line) => line.total)) + (quote.shipping?.gross ?? 0),
  );
};

/** Two products of a shop, as its shoppers see them, with their variants. */
const browse = async (api: ApiClient, shop: Shop, found: Promises): Promise<Product[]> => {
  const credential = shop.publishableKey;
  const list = await call(api, Page, 'GET', '/v1/catalog/products?limit=20', { credential });
  found.holds(
    `${shop.name}: shoppers can browse`,
    list.items.length >= 2,
    `the list has ${list.items.length} products`,
  );
  const products: Product[] = [];
  for (const { slug, id } of list.items.slice(0, 2)) {
    const product = await call(api, Product, 'GET', `/v1/catalog/products/by-slug/${encodeURIComponent(slug)}`, {
      credential,
    });
    found.equal(`${shop.name}: a product is found by its slug`, product.id, id);
    products.push(product);
  }
  return products;
};

const availableOf = async (
  api: ApiClient,
  shop: Shop,
  variantId: string,
): Promise<{ available: number; taken: number }> => {
  const { items } = await call(api, Levels, 'GET', `/v1/inventory/levels?variantIds=${variantId}`, {
    credential: shop.secretKey,
  });
  return {
    available: sum(items.map((level) => level.available)),
    taken: sum(items.map((level) => level.reserved)),
  };
};

/** Makes a variant tracked with so many pieces, as staff would. */
const stock = async (api: ApiClient, shop: Shop, variantId: string, pieces: number): Promise<void> => {
  const credential = shop.secretKey;
  const path = `/v1/inventory/items/${variantId}`;
  await until('the inventory to know the variant and take its settings', async () => {
    const item = await api.send('GET', path, { credential });
    if (item.status !== 200) return undefined;
    const changed = await api.send('PATCH', path, {
      credential,
      headers: { 'if-match': item.headers['etag'] },
      body: { tracked: true, policy: 'deny' },
    });
    // 412: something changed it in between; read again.
    return changed.status === 200 ? true : undefined;
  });
  await call(api, z.unknown(), 'POST', '/v1/inventory/adjustments', {
    credential,
    body: { reason: 'correction', lines: [{ variantId, setTo: pieces }] },
  });
};

const firstVariant = (product: Product | undefined): z.output<typeof Variant> => {
  const variant = product?.variants[0];
  if (variant === undefined) throw new Error('A product of the catalogue has no variant');
  return variant;
};

const STOCK = 5;
const BOUGHT = 2;

/** Sells from one shop: every promise that can be recomputed from the answers is. Returns the order. */
export const sellFrom = async (api: ApiClient, shop: Shop, found: Promises): Promise<Placed> => {
  const [first, second] = await browse(api, shop, found);
  const [tracked, other] = [firstVariant(first), firstVariant(second)];
  const currency = tracked.prices[0]?.currency ?? 'EUR';
  await stock(api, shop, tracked.id, STOCK);
  await stock(api, shop, other.id, STOCK);
  found.equal(
    `${shop.name}: the stock is what staff counted`,
    (await availableOf(api, shop, tracked.id)).available,
    STOCK,
  );

  const lines = [
    { variantId: tracked.id, quantity: BOUGHT },
    { variantId: other.id, quantity: 1 },
  ];
  const wished = await createCart(api, shop, { currency, lines });
  const methods = await call(
    api,
    z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) }),
    'GET',
    `/v1/carts/${wished.id}/shipping-methods`,
    {
      credential: shop.publishableKey,
      headers: { 'cart-token': wished.token ?? undefined },
    },
  );
  const shippingMethodId = methods.items[0]?.id;
  const wish = { currency, ...(shippingMethodId === undefined ? {} : { shippingMethodId }) };
  const cart = await createCart(api, shop, { ...wish, lines });
  checkQuote(found, shop.name, cart);
  const priceOf = (variant: typeof tracked): number =>
    variant.prices.find((price) => price.currency === currency)?.amount ?? Number.NaN;
  found.equal(
    `${shop.name}: the cart charges the catalogue's prices`,
    cart.quote?.lines.map((line) => line.unit),
    [priceOf(tracked), priceOf(other)],
  );

  const answer = await checkOut(api, shop, { cart });
  const placed = await placedBy(api, shop, answer);
  found.equal(`${shop.name}: the order is confirmed`, placed.order.status, 'confirmed');
  found.equal(`${shop.name}: the order costs what the cart said`, placed.order.total, cart.quote?.total);

  const afterSale = await availableOf(api, shop, tracked.id);
  found.equal(`${shop.name}: the stock left is what was there less what was bought`, afterSale, {
    available: STOCK - BOUGHT,
    taken: BOUGHT,
  });

  const tooMany = await createCart(api, shop, {
    ...wish,
    lines: [{ variantId: tracked.id, quantity: STOCK - BOUGHT + 1 }],
  });
  const refused = await checkOut(api, shop, { cart: tooMany });
  found.equal(
    `${shop.name}: one piece too many is refused`,
    [refused.status, problemCode(refused)],
    [409, 'out_of_stock'],
  );

  const fitting = await createCart(api, shop, { ...wish, lines: [{ variantId: tracked.id, quantity: 1 }] });
  const declined = await checkOut(api, shop, { cart: fitting, method: 'card_declined' });
  found.equal(
    `${shop.name}: a declined card is refused`,
    [declined.status, problemCode(declined)],
    [402, 'payment_declined'],
  );
  await until(`the undo of the refused checkouts of ${shop.name}`, async () =>
    (await availableOf(api, shop, tracked.id)).available === STOCK - BOUGHT ? true : undefined,
  ).then(
    () => found.holds(`${shop.name}: refusals leave the stock as it was`, true),
    () => found.holds(`${shop.name}: refusals leave the stock as it was`, false, 'stock stayed held'),
  );
  const second2 = await checkOut(api, shop, { cart: fitting });
  found.equal(`${shop.name}: after a declined card another one works`, second2.status, 201);
  await checkHistory(api, shop, placed, found);
  return placed;
};

const checkHistory = async (api: ApiClient, shop: Shop, placed: Placed, found: Promises): Promise<void> => {
  const staff = { credential: shop.secretKey };
  const seen = await call(
    api,
    z.looseObject({ id: z.string(), total: z.unknown() }),
    'GET',
    `/v1/orders/${placed.order.id}`,
    {
      credential: shop.publishableKey,
      headers: { 'order-token': placed.orderToken ?? undefined },
    },
  );
  found.equal(
    `${shop.name}: the guest sees the order with its token`,
    [seen.id, seen.total],
    [placed.order.id, placed.order.total],
  );
  const history = await call(api, History, 'GET', `/v1/orders/${placed.order.id}/events`, staff);
  found.equal(
    `${shop.name}: the history tells placed, then confirmed`,
    history.items.slice(0, 2).map((event) => event.type),
    ['OrderPlaced', 'OrderConfirmed'],
  );
  const listed = await until(
    `order ${placed.order.number} in the list of ${shop.name}`,
    async () => {
      const orders = await call(api, Orders, 'GET', '/v1/orders?limit=100', staff);
      return orders.items.some((order) => order.id === placed.order.id) ? orders : undefined;
    },
    { timeoutMs: 10_000 },
  ).catch(() => undefined);
  found.holds(`${shop.name}: staff see the order in the list`, listed !== undefined, 'it is missing from the list');
};

/** Two shops that share the system see nothing of each other. */
export const checkWalls = async (
  api: ApiClient,
  one: Shop,
  other: Shop,
  orderOfOne: Placed,
  found: Promises,
): Promise<void> => {
  const foreign = await api.send('GET', `/v1/orders/${orderOfOne.order.id}`, { credential: other.secretKey });
  found.equal(`${other.name} does not see an order of ${one.name}`, foreign.status, 404);
  const pageOf = (shop: Shop) =>
    call(api, Page, 'GET', '/v1/catalog/products?limit=100', { credential: shop.publishableKey });
  const [products, foreignProducts] = [await pageOf(one), await pageOf(other)];
  const ids = new Set(products.items.map((product) => product.id));
  found.holds(
    `${one.name} and ${other.name} list products of their own only`,
    !foreignProducts.items.some((product) => ids.has(product.id)),
    'a product is in both lists',
  );
  const product = products.items[0];
  if (product === undefined) return;
  const peek = await api.send('GET', `/v1/catalog/products/${product.id}`, { credential: other.secretKey });
  found.equal(`${other.name} does not see a product of ${one.name}`, peek.status, 404);
};
