import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addressIn } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { certain } from './careful-client.ts';
import { GuestCart, newGuestCart } from './guest-cart.ts';
import { loginAsCustomer } from './people.ts';
import { newProduct, newShop, unique } from './world.ts';

/** Ids as the catalogue gives them, of variants that are nobody's. */
const nobodys = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `var_${String(index).padStart(26, '0')}`);

let shop: Shop;
let cup: string;
let book: string;

beforeAll(async () => {
  shop = await newShop('carts');
  const [first, second] = await Promise.all([newProduct(shop), newProduct(shop, { amount: 2500 })]);
  [cup, book] = [first.variantId, second.variantId];
});
const storefront = () => as(shop.publishableKey);

const newCart = (more?: Record<string, unknown>) => newGuestCart(shop, more);

describe('a cart', () => {
  it('is made with everything in one call and says what it costs', async () => {
    const body = {
      currency: 'EUR',
      locale: 'de-AT',
      lines: [
        { variantId: cup, quantity: 1 },
        { variantId: book, quantity: 2 },
        { variantId: cup, quantity: 1 },
      ],
      email: 'shopper@example.com',
      shippingAddress: addressIn('DE'),
      shippingMethodId: SHIPPING_METHOD,
    };
    const made = certain(await storefront().post('/v1/carts', body));
    const cart = GuestCart.parse(made.body);
    expect([made.status, made.headers['etag'], made.headers['location']]).toEqual([
      201,
      '"v1"',
      `/v1/carts/${cart.id}`,
    ]);
    expect(cart).toMatchObject({
      status: 'open',
      customerId: null,
      lines: [
        { variantId: cup, quantity: 2 },
        { variantId: book, quantity: 2 },
      ],
      email: 'shopper@example.com',
      shippingAddress: addressIn('DE'),
      quote: { total: 2 * 1000 + 2 * 2500 + 490, subtotal: 7000 },
      problem: null,
    });
    expect(Date.parse(cart.expiresAt) - Date.parse(cart.createdAt)).toBe(30 * 24 * 3600 * 1000);
    const read = await as(shop.publishableKey, { 'cart-token': cart.token }).get(`/v1/carts/${cart.id}`);
    const { token: _, ...shown } = cart;
    expect(read.body).toEqual(shown);
  });

  it('is made once for each Idempotency-Key, and its token is shown once', async () => {
    const key = { 'idempotency-key': unique('cart') };
    const body = { currency: 'EUR', locale: 'de' };
    const cart = GuestCart.parse(certain(await storefront().post('/v1/carts', body, key)).body);
    const again = await storefront().post('/v1/carts', body, key);
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
    expect(again.body).toEqual({ ...cart, token: null });
    const other = await storefront().post('/v1/carts', { ...body, locale: 'en' }, key);
    expect(outcome(other)).toBe('422 idempotency_key_reused');
    const guest = as(shop.publishableKey, { 'cart-token': cart.token });
    await guest.post(`/v1/carts/${cart.id}/changes`, { changes: [{ op: 'setEmail', email: 'me@example.com' }] });
    const late = await storefront().post('/v1/carts', body, key);
    expect([outcome(late), late.text.includes('me@example.com')]).toEqual(['409 conflict', false]);
  });

  it('is shown to nobody without its own token', async () => {
    const [one, two] = [await newCart(), await newCart()];
    const strangers = [
      storefront(),
      as(shop.publishableKey, { 'cart-token': two.token }),
      as(shop.publishableKey, { 'cart-token': one.token.slice(0, -1) }),
      as(shop.publishableKey, { 'cart-token': '' }),
      as(await loginAsCustomer(shop)),
    ];
    for (const stranger of strangers) {
      expect(outcome(await stranger.get(one.path))).toBe('404 cart_not_found');
      expect(outcome(await stranger.get(`${one.path}/shipping-methods`))).toBe('404 cart_not_found');
      const change = { changes: [{ op: 'addLine', variantId: cup, quantity: 1 }] };
      expect(outcome(await stranger.post(`${one.path}/changes`, change))).toBe('404 cart_not_found');
      expect(outcome(await stranger.delete(one.path))).toBe('404 cart_not_found');
    }
    expect((await one.read()).version).toBe(1);
  });

  it('takes every kind of change, several in one call', async () => {
    const cart = await newCart();
    const filled = await cart.change([
      { op: 'addLine', variantId: cup, quantity: 2 },
      { op: 'addLine', variantId: book, quantity: 1 },
      { op: 'addLine', variantId: cup, quantity: 1 },
      { op: 'setQuantity', variantId: book, quantity: 4 },
      { op: 'setEmail', email: 'me@example.com' },
      { op: 'setAddress', shippingAddress: addressIn('DE') },
      { op: 'setShipping', shippingMethodId: SHIPPING_METHOD },
    ]);
    expect([filled.status, filled.headers['etag']]).toEqual([200, '"v2"']);
    expect(filled.body).toMatchObject({
      version: 2,
      lines: [
        { variantId: cup, quantity: 3 },
        { variantId: book, quantity: 4 },
      ],
      email: 'me@example.com',
      shippingAddress: addressIn('DE'),
      quote: { total: 3 * 1000 + 4 * 2500 + 490 },
    });
    const emptied = await cart.change([
      { op: 'removeLine', variantId: cup },
      { op: 'setQuantity', variantId: book, quantity: 0 },
      { op: 'setEmail', email: null },
      { op: 'setAddress', shippingAddress: null },
      { op: 'setShipping', shippingMethodId: null },
    ]);
    expect(emptied.body).toMatchObject({
      version: 3,
      lines: [],
      email: null,
      shippingAddress: null,
      shippingMethodId: null,
      quote: null,
      problem: null,
    });
    expect(await cart.read()).toEqual(emptied.body);
  });

  it('takes and drops codes, and says when one does not hold', async () => {
    const staff = as(shop.secretKey);
    const promotion = z
      .looseObject({ id: z.string() })
      .parse(
        (await staff.post('/v1/pricing/promotions', { name: 'Half', discount: { type: 'percent', ratePpm: 500_000 } }))
          .body,
      );
    await staff.post(`/v1/pricing/promotions/${promotion.id}/codes`, { code: 'HALF' });
    const cart = await newCart({ lines: [{ variantId: cup, quantity: 1 }] });
    const half = await cart.change([
      { op: 'addCode', code: ' half ' },
      { op: 'addCode', code: 'HALF' },
    ]);
    expect(half.body).toMatchObject({ codes: ['HALF'], quote: { discountTotal: 500, total: 500 } });
    const wrong = await cart.change([{ op: 'addCode', code: 'NOPE' }]);
    expect(wrong.body).toMatchObject({
      codes: ['HALF', 'NOPE'],
      quote: null,
      problem: { code: 'coupon_unknown', coupon: 'NOPE' },
    });
    const mended = await cart.change([
      { op: 'removeCode', code: 'nope' },
      { op: 'removeCode', code: 'half' },
    ]);
    expect(mended.body).toMatchObject({ codes: [], quote: { total: 1000 }, problem: null });
  });

  it('is still there when it has no quote, and says why', async () => {
    const [unknown = ''] = nobodys(1);
    const nobody = await newCart({ lines: [{ variantId: unknown, quantity: 1 }] });
    expect(nobody).toMatchObject({ quote: null, problem: { code: 'unknown_variant', variantIds: [unknown] } });
    const dollars = await newCart({ currency: 'USD', lines: [{ variantId: cup, quantity: 1 }] });
    expect(dollars).toMatchObject({ quote: null, problem: { code: 'price_missing', variantIds: [cup] } });
    const far = { shippingAddress: addressIn('JP'), shippingMethodId: SHIPPING_METHOD };
    const away = await newCart({ lines: [{ variantId: cup, quantity: 1 }], ...far });
    expect(away).toMatchObject({ quote: null, problem: { code: 'no_shipping_method' } });
  });

  it('takes all of the changes or none', async () => {
    const cart = await newCart({ lines: [{ variantId: cup, quantity: 1 }] });
    const before = await cart.read();
    const good = { op: 'addLine', variantId: book, quantity: 1 };
    const [unknown] = nobodys(1);
    const refused: [unknown, string][] = [
      [{ op: 'removeLine', variantId: unknown }, '422 line_not_found'],
      [{ op: 'setQuantity', variantId: unknown, quantity: 1 }, '422 line_not_found'],
      [{ op: 'addLine', variantId: cup, quantity: 10_000 }, '422 quantity_too_large'],
      [{ op: 'addLine', variantId: cup, quantity: 0 }, '400 invalid_request'],
      [{ op: 'addLine', variantId: cup, quantity: -1 }, '400 invalid_request'],
      [{ op: 'addLine', variantId: cup, quantity: 1.5 }, '400 invalid_request'],
      [{ op: 'addLine', variantId: cup, quantity: 1e21 }, '400 invalid_request'],
      [{ op: 'addLine', variantId: cup, quantity: '1' }, '400 invalid_request'],
      [{ op: 'addLine', variantId: 'cup', quantity: 1 }, '400 invalid_request'],
      [{ op: 'setAddress', shippingAddress: { ...addressIn('DE'), country: 'ZZ' } }, '400 invalid_request'],
      [{ op: 'setEmail', email: 'me' }, '400 invalid_request'],
      [{ op: 'addCode', code: '!' }, '400 invalid_request'],
      [{ op: 'steal' }, '400 invalid_request'],
      [{ op: 'removeLine', variantId: cup, quantity: 1 }, '400 invalid_request'],
    ];
    for (const [bad, refusal] of refused) {
      expect([bad, outcome(await cart.refusedChange([good, bad]))]).toEqual([bad, refusal]);
      expect(outcome(await cart.refusedChange([bad, good]))).toBe(refusal);
    }
    expect(outcome(await cart.refusedChange([]))).toBe('400 invalid_request');
    expect(outcome(await cart.refusedChange(Array.from({ length: 101 }, () => good)))).toBe('400 invalid_request');
    expect(await cart.read()).toEqual(before);
  });

  it('keeps to its limits', async () => {
    const lines = nobodys(501).map((variantId) => ({ variantId, quantity: 1 }));
    const body = { currency: 'EUR', locale: 'de' };
    expect(outcome(await storefront().post('/v1/carts', { ...body, lines }))).toBe('400 invalid_request');
    const full = await newCart({ lines: lines.slice(0, 500) });
    expect(full.lines).toHaveLength(500);
    const [last] = lines.slice(500);
    expect(outcome(await full.change([{ op: 'addLine', ...last }]))).toBe('422 too_many_lines');
    expect(outcome(await full.change([{ op: 'addLine', ...lines[0] }]))).toBe('200');
    const codes = Array.from({ length: 11 }, (_, index) => ({ op: 'addCode', code: `CODE${index}` }));
    expect(outcome(await full.change(codes))).toBe('422 too_many_codes');
    const twice = [
      { variantId: cup, quantity: 6000 },
      { variantId: cup, quantity: 6000 },
    ];
    expect(outcome(await storefront().post('/v1/carts', { ...body, lines: twice }))).toBe('422 quantity_too_large');
  });

  it('can be changed by two tabs at once; with If-Match only at the version that was seen', async () => {
    const cart = await newCart({ lines: [{ variantId: cup, quantity: 1 }] });
    const add = { op: 'addLine', variantId: cup, quantity: 1 };
    const answers = await Promise.all(Array.from({ length: 5 }, () => cart.change([add])));
    expect(answers.map(outcome)).toEqual(['200', '200', '200', '200', '200']);
    expect(await cart.read()).toMatchObject({ version: 6, lines: [{ variantId: cup, quantity: 6 }] });
    expect(outcome(await cart.change([add], { 'if-match': '"v5"' }))).toBe('412 version_mismatch');
    const both = await Promise.all([1, 2].map(() => cart.change([add], { 'if-match': '"v6"' })));
    expect(both.map(outcome).sort()).toEqual(['200', '412 version_mismatch']);
  });

  it('is thrown away', async () => {
    const cart = await newCart();
    expect(outcome(await cart.guest.delete(cart.path, undefined, { 'if-match': '"v2"' }))).toBe('412 version_mismatch');
    expect(outcome(await cart.guest.delete(cart.path, undefined, { 'if-match': '"v1"' }))).toBe('204');
    expect(outcome(await cart.guest.get(cart.path))).toBe('404 cart_not_found');
    expect(outcome(await cart.guest.delete(cart.path))).toBe('404 cart_not_found');
  });

  it('is shipped by the methods of its country, in its currency', async () => {
    const methods = async (more: Record<string, unknown>) => {
      const cart = await newCart(more);
      return (await cart.guest.get(`${cart.path}/shipping-methods`)).body;
    };
    const parcel = (currency: string) => ({
      items: [{ id: SHIPPING_METHOD, name: 'Parcel', price: { amount: 490, currency } }],
      next: null,
    });
    expect(await methods({})).toEqual(parcel('EUR'));
    expect(await methods({ currency: 'USD', shippingAddress: addressIn('DE') })).toEqual(parcel('USD'));
    expect(await methods({ currency: 'JPY' })).toEqual({ items: [], next: null });
    expect(await methods({ shippingAddress: addressIn('JP') })).toEqual({ items: [], next: null });
  });
});
