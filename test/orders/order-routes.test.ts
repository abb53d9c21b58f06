import { beforeEach, describe, expect, it } from 'vitest';
import { Instant } from '../../lib/runtime/clock.ts';
import type { TenantCaller } from '../../lib/runtime/tenant.ts';
import { cancelOrder } from '../../functions/orders/cancel-order.ts';
import { fulfilOrder } from '../../functions/orders/fulfil-order.ts';
import { getOrder, getOrderRoute } from '../../functions/orders/get-order.ts';
import { listOrderEvents } from '../../functions/orders/list-order-events.ts';
import { listOrders, listOrdersRoute } from '../../functions/orders/list-orders.ts';
import { memoryOrders } from '../../functions/orders/memory-order-store.ts';
import { OrderId } from '../../functions/orders/model.ts';
import { onPaymentEvent } from '../../functions/orders/on-payment-event.ts';
import { hashOrderToken } from '../../functions/orders/order-token.ts';
import type { OpenOrders, StoredOrder } from '../../functions/orders/store.ts';
import { updateOrder } from '../../functions/orders/update-order.ts';
import {
  at,
  cartOf,
  customer,
  customerOf,
  EUR,
  eventOf,
  guest,
  idempotencyOf,
  newOrderOf,
  orderOf,
  paymentOf,
  requestBy,
  shopper,
  staff,
  tenantA,
  tenantB,
} from './fixtures.ts';

const ONE = OrderId.parse(orderOf('one'));
const TOKEN = 'ot_token';
const nothing = { params: undefined, query: undefined, body: undefined, idempotency: undefined };
const now = () => new Date(at(100));

let orders: OpenOrders;
const confirm = (name: string) =>
  orders(tenantA).confirm(
    orderOf(name),
    { epoch: 1, version: 1 },
    eventOf('OrderConfirmed', { paymentId: paymentOf(name) }, 1),
  );
const find = async (name = 'one'): Promise<StoredOrder> => {
  const order = await orders(tenantA).find(orderOf(name));
  if (order === undefined) throw new Error('no order');
  return order;
};

beforeEach(async () => {
  orders = memoryOrders().open;
  await orders(tenantA).place(newOrderOf('one', { owner: { customerId: null, tokenHash: hashOrderToken(TOKEN) } }));
  const owner = { customerId: customerOf('ann'), tokenHash: null };
  const facts = { number: 'A-2', customerId: owner.customerId };
  await orders(tenantA).place(newOrderOf('two', { owner, facts, seconds: 10 }));
  await confirm('one');
});

describe('reading an order', () => {
  const get = (caller: TenantCaller, token?: string, orderId = ONE, asOf?: Instant) =>
    getOrder({ orders })({ ...nothing, ...requestBy(caller, token), params: { orderId }, query: { asOf } });
  const events = (caller: TenantCaller, token?: string) =>
    listOrderEvents({ orders })({ ...nothing, ...requestBy(caller, token), params: { orderId: ONE } });

  it('is for its guest, its customer and staff; for all others there is no such order', async () => {
    expect((await get(guest, TOKEN)).body).toMatchObject({ id: ONE, status: 'confirmed' });
    expect((await get(staff)).body).toMatchObject({ id: ONE });
    expect((await get(customer('ann'), undefined, orderOf('two'))).body).toMatchObject({ number: 'A-2' });
    const hidden = [
      get(guest),
      get(guest, 'guess'),
      get(customer('ann')),
      get(customer('bob'), undefined, orderOf('two')),
      get(guest, TOKEN, orderOf('two')),
      get({ ...staff, tenant: tenantB }),
      get(staff, undefined, orderOf('none')),
    ];
    for (const attempt of hidden) await expect(attempt).rejects.toMatchObject({ status: 404, code: 'order_not_found' });
  });

  it('shows the merchant’s notes to staff only', async () => {
    expect((await get(staff)).body).toMatchObject({ note: null, metadata: {} });
    const { body } = await get(guest, TOKEN);
    expect(body).not.toHaveProperty('note');
    expect(body).not.toHaveProperty('metadata');
    expect(getOrderRoute.response.parse(body)).toEqual(body);
  });

  it('gives it as it was', async () => {
    const asOf = async (text: string) => (await get(staff, undefined, ONE, Instant.parse(text))).body.status;
    expect(await asOf('2026-03-01T10:00:00Z')).toBe('pending');
    expect(await asOf('2026-03-01T10:00:00.999Z')).toBe('pending');
    expect(await asOf('2026-03-01T10:00:01Z')).toBe('confirmed');
    await expect(asOf('2026-03-01T09:59:59Z')).rejects.toMatchObject({ status: 404 });
  });

  it('tells what happened, and who did it to staff only', async () => {
    const { body } = await events(guest, TOKEN);
    expect(body.items.map(({ type, version, actor }) => ({ type, version, actor }))).toEqual([
      { type: 'OrderPlaced', version: 1, actor: null },
      { type: 'OrderConfirmed', version: 2, actor: null },
    ]);
    expect((await events(staff)).body.items[0]?.actor).toEqual(shopper);
    await expect(events(guest, 'guess')).rejects.toMatchObject({ status: 404 });
  });

  it('does not know a checkout that was refused before it was an order', async () => {
    await orders(tenantA).reject({
      orderId: orderOf('never'),
      attempt: 'attempt-1',
      requestHash: '',
      owner: { customerId: null, tokenHash: null },
      event: eventOf('OrderRejected', { cartId: cartOf('one'), refusal: { code: 'total_changed', detail: '' } }),
    });
    await expect(get(staff, undefined, orderOf('never'))).rejects.toMatchObject({ status: 404 });
  });
});

describe('listing orders', () => {
  type Query = Parameters<typeof listOrdersRoute.query.parse>[0];
  const list = (caller: Exclude<TenantCaller, { kind: 'publishable' }>, query: Query = {}) =>
    listOrders({ orders })({ ...nothing, ...requestBy(caller), query: listOrdersRoute.query.parse(query) });
  const ids = async (...args: Parameters<typeof list>) => (await list(...args)).body.items.map(({ id }) => id);

  it('gives staff all and a customer their own', async () => {
    expect(await ids(staff)).toEqual(['two', 'one'].map(orderOf));
    expect(await ids(customer('ann'))).toEqual([orderOf('two')]);
    expect(await ids(customer('bob'))).toEqual([]);
    expect(await ids(staff, { status: 'confirmed' })).toEqual([ONE]);
    expect(await ids(staff, { number: 'A-2' })).toEqual([orderOf('two')]);
    expect(await ids(staff, { email: 'Ann@example.com' })).toEqual([ONE]);
    expect(await ids(staff, { from: '2026-03-01T10:00:10Z' })).toEqual([orderOf('two')]);
  });

  it('shows a customer by id, number or filter nothing of others', async () => {
    expect(await ids(customer('ann'), { ids: `${ONE},${orderOf('two')}` })).toEqual([orderOf('two')]);
    expect(await ids(customer('ann'), { number: 'A-10000' })).toEqual([]);
    await expect(list(customer('ann'), { customerId: customerOf('bob') })).rejects.toMatchObject({ status: 400 });
    await expect(list(customer('ann'), { email: 'bob@example.com' })).rejects.toMatchObject({ status: 400 });
  });

  it('goes on with a cursor, which is good for this list only', async () => {
    const { body } = await list(staff, { limit: '1' });
    expect(body.items.map(({ id }) => id)).toEqual([orderOf('two')]);
    const cursor = body.next ?? '';
    expect(await ids(staff, { limit: '1', cursor })).toEqual([ONE]);
    await expect(list(staff, { cursor, status: 'confirmed' })).rejects.toMatchObject({ code: 'invalid_cursor' });
    await expect(list({ ...staff, tenant: tenantB }, { cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('knows no other filters', () => {
    expect(() => listOrdersRoute.query.parse({ colour: 'red' })).toThrow('colour');
    expect(() => listOrdersRoute.query.parse({ ids: 'ord_1' })).toThrow('ord_');
  });
});

describe('changing an order’s notes', () => {
  const patch = (body: Parameters<ReturnType<typeof updateOrder>>[0]['body'], ifMatch: number, name = 'one') =>
    updateOrder({ orders, now })({
      ...nothing,
      ...requestBy(staff),
      params: { orderId: OrderId.parse(orderOf(name)) },
      body,
      ifMatch,
    });

  it('merges, entry by entry, and bumps the version', async () => {
    await patch({ note: 'call first', metadata: { a: '1', b: '2' } }, 2);
    const answer = await patch({ metadata: { a: null, c: '3' } }, 3);
    expect(answer).toMatchObject({ version: 4, body: { note: 'call first', metadata: { b: '2', c: '3' } } });
    expect((await patch({ note: null }, 4)).body.note).toBeNull();
  });

  it('keeps the contents out of the history', async () => {
    await patch({ note: 'her name is Ann' }, 2);
    expect(JSON.stringify(await orders(tenantA).history(await find()))).not.toContain('Ann');
  });

  it('refuses a version that is not the newest, an order without a verdict, and too much', async () => {
    await expect(patch({ note: 'x' }, 1)).rejects.toMatchObject({ status: 412 });
    await expect(patch({ note: 'x' }, 1, 'two')).rejects.toMatchObject({ code: 'order_state_conflict' });
    const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']));
    await expect(patch({ metadata }, 2)).rejects.toMatchObject({ status: 400 });
  });
});

describe('cancelling and fulfilling', () => {
  const cancel = (key: string, hash?: string, name = 'one') =>
    cancelOrder({ orders, now })({
      ...nothing,
      ...requestBy(staff),
      params: { orderId: OrderId.parse(orderOf(name)) },
      body: { reason: 'customer', restock: true },
      idempotency: idempotencyOf(key, hash),
    });
  const fulfil = (key: string, hash?: string, name = 'one') =>
    fulfilOrder({ orders, now })({
      ...nothing,
      ...requestBy(staff),
      params: { orderId: OrderId.parse(orderOf(name)) },
      body: { tracking: { number: '123' } },
      idempotency: idempotencyOf(key, hash),
    });

  it.each([
    ['cancelling', cancel, 'cancelled'],
    ['fulfilling', fulfil, 'fulfilled'],
  ] as const)('%s happens once', async (_, act, status) => {
    expect(await act('a')).toMatchObject({ body: { status }, version: 3, replayed: false });
    expect(await act('a')).toMatchObject({ body: { status }, version: 3, replayed: true });
    await expect(act('a', 'another')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(act('b')).rejects.toMatchObject({ status: 409, code: 'order_state_conflict' });
  });

  it('needs a confirmed order, and excludes the other', async () => {
    await expect(cancel('a', undefined, 'two')).rejects.toMatchObject({ code: 'order_state_conflict' });
    await expect(fulfil('a', undefined, 'none')).rejects.toMatchObject({ status: 404 });
    await fulfil('a');
    await expect(cancel('a')).rejects.toMatchObject({ code: 'order_state_conflict' });
  });

  it('lets one of both win when they meet', async () => {
    const outcomes = await Promise.allSettled([cancel('a'), fulfil('b'), cancel('c'), fulfil('d')]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('does not ship what could not be paid', async () => {
    await onPaymentEvent({ orders }, 'PaymentCaptureFailed')(paymentEvent(1, { failureCode: 'refused' }));
    await expect(fulfil('a')).rejects.toMatchObject({ code: 'payment_failed' });
  });
});

const paymentEvent = (sequence: number, facts: { failureCode?: string; refundedAmount?: number } = {}) => ({
  id: `${paymentOf('one')}:${sequence}`,
  tenant: tenantA,
  type: 'PaymentCaptured',
  version: 1,
  time: at(10 + sequence),
  aggregateId: paymentOf('one'),
  sequence,
  actor: shopper,
  correlationId: 'trace-1',
  detail: {
    paymentId: paymentOf('one'),
    orderId: orderOf('one'),
    provider: 'test',
    currency: EUR,
    amount: 2000,
    capturedAmount: 2000,
    refundedAmount: facts.refundedAmount ?? 0,
    failureCode: facts.failureCode ?? null,
    createdAt: at(0),
    updatedAt: at(10 + sequence),
  },
});

describe('what happens to the payment', () => {
  it('goes into the order once, however often it is told', async () => {
    const captured = onPaymentEvent({ orders }, 'PaymentCaptured');
    await captured(paymentEvent(1));
    await captured(paymentEvent(1));
    expect((await find()).state).toMatchObject({ paymentStatus: 'captured', version: 3, capturedAmount: 2000 });
  });

  it('is shown as let go when it was only held', async () => {
    const { detail, ...event } = paymentEvent(1);
    const voided = { ...event, type: 'PaymentVoided', detail: { ...detail, capturedAmount: 0 } };
    for (const _delivery of [1, 2]) await onPaymentEvent({ orders }, 'PaymentVoided')(voided);
    expect((await find()).state).toMatchObject({ paymentStatus: 'voided', version: 3, capturedAmount: 0 });
  });

  it('counts by its own order, not by that of its coming', async () => {
    await onPaymentEvent({ orders }, 'PaymentRefunded')(paymentEvent(2, { refundedAmount: 2000 }));
    await onPaymentEvent({ orders }, 'PaymentCaptured')(paymentEvent(1));
    expect((await find()).state).toMatchObject({ paymentStatus: 'refunded', version: 4, refundedAmount: 2000 });
  });

  it('is not lost when the order changes at that moment', async () => {
    const all = [1, 2, 3].map((sequence) => onPaymentEvent({ orders }, 'PaymentCaptured')(paymentEvent(sequence)));
    await Promise.all(all);
    expect((await find()).state.paymentSequences.toSorted()).toEqual([1, 2, 3]);
  });
});
