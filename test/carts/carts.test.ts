import { describe, expect, it } from 'vitest';
import type { Callable } from '../../lib/runtime/call.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { QuoteCall } from '../../functions/pricing/calls.ts';
import { changeCart } from '../../functions/carts/change-cart.ts';
import type { Change } from '../../functions/carts/changes.ts';
import { createCart } from '../../functions/carts/create-cart.ts';
import { deleteCart } from '../../functions/carts/delete-cart.ts';
import { getCart } from '../../functions/carts/get-cart.ts';
import { getCurrentCart } from '../../functions/carts/get-current-cart.ts';
import { lock } from '../../functions/carts/lock.ts';
import { memoryCarts } from '../../functions/carts/memory-cart-store.ts';
import { mergeCart } from '../../functions/carts/merge-cart.ts';
import { cartId, NewCart } from '../../functions/carts/model.ts';
import { closeCart } from '../../functions/carts/on-order-confirmed.ts';
import { reopenCart } from '../../functions/carts/on-order-rejected.ts';
import { hashCartToken } from '../../functions/carts/calls.ts';
import {
  askHundred,
  address,
  customer,
  guest,
  idempotencyOf,
  idOf,
  NOW,
  orderOf,
  rest,
  tenantB,
  variantOf,
} from './fixtures.ts';
import { orderEvent } from './order-event.ts';

const shop = (options: { ask?: Callable<typeof QuoteCall> } = {}) => {
  const carts = memoryCarts();
  const time = { at: new Date(NOW) };
  let tokens = 0;
  const deps = {
    carts,
    ask: options.ask ?? askHundred,
    now: () => time.at,
    newToken: () => {
      tokens += 1;
      return `token-${tokens}`;
    },
  };
  const content = { currency: 'EUR', locale: 'de', lines: [{ variantId: variantOf('a'), quantity: 2 }] };
  type Caller = typeof guest | typeof customer;
  return {
    time,
    create: (key = 'k', facts: object = {}, caller: Caller = guest, requestHash = 'hash') =>
      createCart(deps)({
        ...rest,
        caller,
        body: NewCart.parse({ ...content, ...facts }),
        idempotency: idempotencyOf(key, requestHash),
      }),
    get: (id: string, guestToken?: string, caller: Caller = guest) =>
      getCart(deps)({ ...rest, caller, params: { cartId: idFor(id) }, guestToken }),
    current: (caller = customer) => getCurrentCart(deps)({ ...rest, caller }),
    change: (id: string, guestToken: string, changes: Change[], ifMatch?: number) =>
      changeCart(deps)({
        ...rest,
        caller: guest,
        params: { cartId: idFor(id) },
        body: { changes },
        guestToken,
        ifMatch,
      }),
    remove: (id: string, guestToken: string, ifMatch?: number) =>
      deleteCart(deps)({ ...rest, caller: guest, params: { cartId: idFor(id) }, guestToken, ifMatch }),
    merge: (id: string, guestToken: string | undefined, key = 'm') =>
      mergeCart(deps)({
        ...rest,
        caller: customer,
        params: { cartId: idFor(id) },
        guestToken,
        idempotency: idempotencyOf(key),
      }),
    lock: (cartId: string, order: string, token: string) =>
      lock(deps)({ tenant: guest.tenant }, { cartId, orderId: orderOf(order), guestTokenHash: hashCartToken(token) }),
    confirm: (cartId: string, order: string) => closeCart(deps)(orderEvent('OrderConfirmed', cartId, orderOf(order))),
    reject: (cartId: string, order: string) => reopenCart(deps)(orderEvent('OrderRejected', cartId, orderOf(order))),
  };
};
const idFor = cartId.schema.parse;
const line = (name: string, quantity: number) => ({ variantId: variantOf(name), quantity });
const complete = { email: 'ada@example.com', shippingAddress: address, shippingMethodId: 'standard' };

describe('making a cart', () => {
  it('takes everything in one call and answers with what it costs and a token', async () => {
    const { body, version } = await shop().create('k', complete);
    expect(body).toMatchObject({ token: 'token-1', ...complete, quote: { total: 200 }, problem: null });
    expect(body.expiresAt).toBe('2026-07-01T12:00:00.000Z');
    expect(version).toBe(1);
  });
  it('merges equal variants and codes', async () => {
    const { body } = await shop().create('k', { lines: [line('a', 1), line('b', 1), line('a', 2)], codes: ['x', 'X'] });
    expect(body).toMatchObject({ lines: [line('a', 3), line('b', 1)], codes: ['X'] });
  });
  it('answers a repeated request with the same cart, without the token', async () => {
    const { create } = shop();
    const first = await create();
    const second = await create();
    expect(second).toMatchObject({ replayed: true, body: { id: first.body.id, token: null } });
  });
  it('refuses the key of another request, and tells nothing of a cart that has changed since', async () => {
    const { create, change } = shop();
    const { body } = await create();
    await expect(create('k', { locale: 'fr' }, guest, 'other')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await change(body.id, 'token-1', [{ op: 'setEmail', email: 'secret@example.com' }]);
    await expect(create()).rejects.toMatchObject({ code: 'conflict' });
  });
  it('is made though pricing refuses or does not answer, and says why there is no quote', async () => {
    const refusing = shop({
      ask: async () => ({ status: 'refused', code: 'unknown_variant', detail: 'No.', variantIds: [variantOf('a')] }),
    });
    expect((await refusing.create()).body).toMatchObject({ quote: null, problem: { code: 'unknown_variant' } });
    const down = shop({ ask: () => Promise.reject(temporarilyUnavailable('down')) });
    expect((await down.create()).body).toMatchObject({ quote: null, problem: { code: 'temporarily_unavailable' } });
  });
  it('refuses more than 500 lines and more than 10,000 of one', async () => {
    const { create } = shop();
    const lines = (count: number) => Array.from({ length: count }, (_, index) => line(`v${index}`, 1));
    await expect(create('many', { lines: lines(500) })).resolves.toBeDefined();
    expect(() => NewCart.parse({ currency: 'EUR', locale: 'de', lines: lines(501) })).toThrow();
    await expect(create('big', { lines: [line('a', 9_999), line('a', 2)] })).rejects.toMatchObject({
      code: 'quantity_too_large',
    });
  });
});

describe('who may use a cart', () => {
  it('a guest with its token; to everybody else it does not exist', async () => {
    const { create, get } = shop();
    const { body } = await create();
    expect((await get(body.id, 'token-1')).body.id).toBe(body.id);
    for (const attempt of [
      get(body.id),
      get(body.id, 'guess'),
      get(body.id, undefined, customer),
      get(body.id, 'token-1', { ...guest, tenant: tenantB }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'cart_not_found' });
    }
  });
  it('a customer without any token, and it is the current one', async () => {
    const { create, get, current } = shop();
    const { body } = await create('k', {}, customer);
    expect(body).toMatchObject({ token: null, customerId: customer.actorId });
    expect((await get(body.id, undefined, customer)).body.id).toBe(body.id);
    expect((await current()).body.id).toBe(body.id);
    const eve = { ...customer, actorId: idOf('cus', 'eve') };
    await expect(get(body.id, undefined, eve)).rejects.toMatchObject({ code: 'cart_not_found' });
    await expect(current(eve)).rejects.toMatchObject({ code: 'cart_not_found' });
  });
  it('nobody after 30 days without a change, though the item may still lie there', async () => {
    const { create, get, change, time } = shop();
    const { body } = await create();
    time.at = new Date('2026-06-30T12:00:00.000Z');
    await change(body.id, 'token-1', [{ op: 'addLine', ...line('b', 1) }]);
    time.at = new Date('2026-07-02T12:00:00.000Z');
    expect((await get(body.id, 'token-1')).body.lines).toHaveLength(2);
    time.at = new Date('2026-07-30T12:00:00.000Z');
    await expect(get(body.id, 'token-1')).rejects.toMatchObject({ code: 'cart_not_found' });
  });
});

describe('changing a cart', () => {
  it('makes all changes of a call, in their order', async () => {
    const { create, change } = shop();
    const { body } = await create();
    const changed = await change(body.id, 'token-1', [
      { op: 'addLine', ...line('b', 1) },
      { op: 'addLine', ...line('b', 4) },
      { op: 'setQuantity', ...line('a', 7) },
      { op: 'addLine', ...line('c', 1) },
      { op: 'removeLine', variantId: variantOf('c') },
      { op: 'setEmail', email: 'ada@example.com' },
      { op: 'setAddress', shippingAddress: address },
      { op: 'setShipping', shippingMethodId: 'express' },
      { op: 'addCode', code: 'SALE' },
      { op: 'addCode', code: 'OTHER' },
      { op: 'removeCode', code: 'SALE' },
    ]);
    expect(changed.version).toBe(2);
    expect(changed.body).toMatchObject({
      lines: [line('a', 7), line('b', 5)],
      email: 'ada@example.com',
      shippingAddress: address,
      shippingMethodId: 'express',
      codes: ['OTHER'],
      quote: { total: 1200 },
    });
  });
  it('makes none when one cannot be made', async () => {
    const { create, change, get } = shop();
    const { body } = await create();
    const changes: Change[] = [
      { op: 'setEmail', email: 'x@example.com' },
      { op: 'removeLine', variantId: variantOf('z') },
    ];
    await expect(change(body.id, 'token-1', changes)).rejects.toMatchObject({ code: 'line_not_found' });
    expect((await get(body.id, 'token-1')).body).toMatchObject({ email: null, version: 1 });
  });
  it('keeps what two tabs add at the same moment', async () => {
    const { create, change, get } = shop();
    const { body } = await create();
    await Promise.all(
      ['b', 'c', 'd', 'e'].map((name) => change(body.id, 'token-1', [{ op: 'addLine', ...line(name, 1) }])),
    );
    const { lines, version } = (await get(body.id, 'token-1')).body;
    expect(lines.map(({ variantId }) => variantId).toSorted()).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map(variantOf).toSorted(),
    );
    expect(version).toBe(5);
  });
  it('refuses a change of another version when the client says which it saw', async () => {
    const { create, change } = shop();
    const { body } = await create();
    const add: Change[] = [{ op: 'addLine', ...line('b', 1) }];
    await change(body.id, 'token-1', add, 1);
    await expect(change(body.id, 'token-1', add, 1)).rejects.toMatchObject({ code: 'version_mismatch' });
  });
  it('removes a line by the quantity 0, and an empty cart has neither quote nor problem', async () => {
    const { create, change } = shop();
    const { body } = await create();
    const emptied = await change(body.id, 'token-1', [{ op: 'setQuantity', ...line('a', 0) }]);
    expect(emptied.body).toMatchObject({ lines: [], quote: null, problem: null });
  });
  it('a cart can be thrown away by its holder, once', async () => {
    const { create, remove, get } = shop();
    const { body } = await create();
    await expect(remove(body.id, 'guess')).rejects.toMatchObject({ code: 'cart_not_found' });
    await expect(remove(body.id, 'token-1', 9)).rejects.toMatchObject({ code: 'version_mismatch' });
    await remove(body.id, 'token-1', 1);
    await expect(get(body.id, 'token-1')).rejects.toMatchObject({ code: 'cart_not_found' });
  });
});

describe('becoming an order', () => {
  it('is refused with the reason', async () => {
    const { create, lock: lockCart, change } = shop();
    const { body } = await create();
    expect(await lockCart(body.id, 'x', 'token-1')).toMatchObject({ status: 'refused', code: 'cart_incomplete' });
    expect(await lockCart(body.id, 'x', 'guess')).toMatchObject({ code: 'cart_not_found' });
    await change(body.id, 'token-1', [{ op: 'setEmail', email: 'ada@example.com' }]);
    expect(await lockCart(body.id, 'x', 'token-1')).toMatchObject({
      status: 'locked',
      cart: { cartId: body.id, email: 'ada@example.com', shippingAddress: null, version: 2 },
    });
    // Who meets the lock hears whose it is, and for how long.
    expect(await lockCart(body.id, 'y', 'token-1')).toMatchObject({
      code: 'cart_closed',
      lockedBy: orderOf('x'),
      lockedAt: expect.any(String),
    });
  });
  it('happens once: of two tabs one gets the cart, and after the order nobody', async () => {
    const { create, lock: lockCart, confirm, change } = shop();
    const { body } = await create('k', complete);
    const tabs = await Promise.all(['x', 'y'].map((order) => lockCart(body.id, order, 'token-1')));
    expect(tabs.map(({ status }) => status)).toEqual(['locked', 'refused']);
    await expect(change(body.id, 'token-1', [{ op: 'setEmail', email: null }])).rejects.toMatchObject({
      code: 'cart_closed',
    });
    for (const _delivery of [1, 2]) await confirm(body.id, 'x');
    expect(await lockCart(body.id, 'y', 'token-1')).toMatchObject({ code: 'cart_closed' });
  });
  it('opens the cart again when the order was refused, however often that is said', async () => {
    const { create, lock: lockCart, reject, change } = shop();
    const { body } = await create('k', complete);
    await lockCart(body.id, 'x', 'token-1');
    for (const _delivery of [1, 2]) await reject(body.id, 'x');
    await change(body.id, 'token-1', [{ op: 'addLine', ...line('b', 1) }]);
    expect(await lockCart(body.id, 'x', 'token-1')).toMatchObject({ code: 'cart_closed' });
    expect(await lockCart(body.id, 'y', 'token-1')).toMatchObject({ status: 'locked' });
    await reject(body.id, 'x');
    expect(await lockCart(body.id, 'z', 'token-1')).toMatchObject({ code: 'cart_closed' });
  });
});

describe('logging in with a cart', () => {
  it("makes the guest's cart the customer's when there is none; the token is worth nothing then", async () => {
    const { create, merge, get, current } = shop();
    const { body } = await create('k', complete);
    const merged = await merge(body.id, 'token-1');
    expect(merged.body).toMatchObject({ id: body.id, customerId: customer.actorId, version: 2 });
    expect((await current()).body.id).toBe(body.id);
    await expect(get(body.id, 'token-1')).rejects.toMatchObject({ code: 'cart_not_found' });
    expect(await merge(body.id, undefined)).toMatchObject({ replayed: true, body: { id: body.id, version: 2 } });
  });
  it("adds the guest's lines to the customer's own cart, whose choices come first, and once only", async () => {
    const { create, merge, get } = shop();
    const own = await create('own', { lines: [line('a', 1)], email: 'own@example.com', codes: ['OWN'] }, customer);
    const other = await create('guest', { lines: [line('a', 2), line('b', 1)], ...complete, codes: ['THEIRS'] });
    for (const replayed of [false, true]) {
      const merged = await merge(other.body.id, 'token-1');
      expect(merged).toMatchObject({ replayed, body: { id: own.body.id, version: 2 } });
      expect(merged.body).toMatchObject({
        lines: [line('a', 3), line('b', 1)],
        email: 'own@example.com',
        shippingAddress: address,
        codes: ['OWN', 'THEIRS'],
      });
    }
    expect((await get(other.body.id, 'token-1')).body.status).toBe('merged');
  });
  it('needs the token, and refuses carts of two currencies', async () => {
    const { create, merge } = shop();
    const other = await create('guest');
    await expect(merge(other.body.id, undefined)).rejects.toMatchObject({ code: 'cart_not_found' });
    await create('own', { currency: 'USD' }, customer);
    await expect(merge(other.body.id, 'token-1')).rejects.toMatchObject({ code: 'currency_differs' });
  });
});
