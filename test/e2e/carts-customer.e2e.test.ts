import { beforeAll, describe, expect, it } from 'vitest';
import type { Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { Cart, newGuestCart } from './guest-cart.ts';
import { loginAsCustomer } from './people.ts';
import { newProduct, newShop } from './world.ts';

let shop: Shop;
let cup: string;
let book: string;

beforeAll(async () => {
  shop = await newShop('members');
  const [first, second] = await Promise.all([newProduct(shop), newProduct(shop, { amount: 2500 })]);
  [cup, book] = [first.variantId, second.variantId];
});
const storefront = () => as(shop.publishableKey);
const newCart = (more?: Record<string, unknown>) => newGuestCart(shop, more);

describe("a customer's cart", () => {
  const current = '/v1/carts/current';
  const line = (variantId: string, quantity: number) => ({ variantId, quantity });
  const order = { currency: 'EUR', locale: 'de' };

  it('needs no token, is theirs alone, and is the current one until they have another', async () => {
    const customer = as(await loginAsCustomer(shop));
    expect(outcome(await customer.get(current))).toBe('404 cart_not_found');
    const made = await customer.post('/v1/carts', { ...order, lines: [line(cup, 1)] });
    expect(made.body).toMatchObject({ token: null, customerId: expect.stringMatching(/^cus_/) });
    const first = Cart.parse(made.body);
    expect((await customer.get(current)).body).toMatchObject({ id: first.id, quote: { total: 1000 } });
    const stranger = as(await loginAsCustomer(shop));
    expect(outcome(await stranger.get(`/v1/carts/${first.id}`))).toBe('404 cart_not_found');
    expect(outcome(await storefront().get(`/v1/carts/${first.id}`))).toBe('404 cart_not_found');

    const second = Cart.parse((await customer.post('/v1/carts', order)).body);
    expect((await customer.get(current)).body).toMatchObject({ id: second.id });
    expect(outcome(await customer.delete(`/v1/carts/${second.id}`))).toBe('204');
    expect(outcome(await customer.get(current))).toBe('404 cart_not_found');
    expect(outcome(await customer.get(`/v1/carts/${first.id}`))).toBe('200');
  });

  it("is the guest's, when they had none before they logged in; the guest's token is worth nothing then", async () => {
    const token = await loginAsCustomer(shop);
    const cart = await newCart({ lines: [line(cup, 2)], email: 'guest@example.com' });
    expect(outcome(await as(token).post(`${cart.path}/merge`))).toBe('404 cart_not_found');
    const customer = as(token, { 'cart-token': cart.token });
    const merged = await customer.post(`${cart.path}/merge`);
    expect(merged.body).toMatchObject({ id: cart.id, email: 'guest@example.com', lines: [line(cup, 2)] });
    const again = await customer.post(`${cart.path}/merge`);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([merged.body, 'true']);
    expect((await as(token).get(current)).body).toEqual(merged.body);
    expect(outcome(await cart.guest.get(cart.path))).toBe('404 cart_not_found');
  });

  it("takes the guest's lines in, when they had one; the guest's cart is closed then", async () => {
    const token = await loginAsCustomer(shop);
    const own = Cart.parse(
      (await as(token).post('/v1/carts', { ...order, lines: [line(cup, 1)], email: 'own@example.com' })).body,
    );
    const cart = await newCart({ lines: [line(cup, 2), line(book, 1)], email: 'guest@example.com' });
    const customer = as(token, { 'cart-token': cart.token });
    const merged = await customer.post(`${cart.path}/merge`);
    expect(merged.body).toMatchObject({
      id: own.id,
      version: 2,
      email: 'own@example.com',
      lines: [line(cup, 3), line(book, 1)],
      quote: { total: 5500 },
    });
    expect((await customer.post(`${cart.path}/merge`)).body).toEqual(merged.body);
    expect(outcome(await cart.change([{ op: 'addLine', ...line(cup, 1) }]))).toBe('409 cart_closed');
    expect(outcome(await cart.guest.delete(cart.path))).toBe('409 cart_closed');
    expect((await cart.read()).status).toBe('merged');
  });

  it('does not take in what it cannot hold', async () => {
    const token = await loginAsCustomer(shop);
    await as(token).post('/v1/carts', { ...order, lines: [line(cup, 6000)] });
    const dollars = await newCart({ currency: 'USD' });
    const refused = await as(token, { 'cart-token': dollars.token }).post(`${dollars.path}/merge`);
    expect(outcome(refused)).toBe('422 currency_differs');
    const many = await newCart({ lines: [line(cup, 6000)] });
    const large = await as(token, { 'cart-token': many.token }).post(`${many.path}/merge`);
    expect(outcome(large)).toBe('422 quantity_too_large');
    expect(await many.read()).toMatchObject({ status: 'open', version: 1 });
    expect((await as(token).get(current)).body).toMatchObject({ version: 1, lines: [line(cup, 6000)] });
  });
});
