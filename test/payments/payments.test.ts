import { beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../functions/payments/authorize.ts';
import { capturePayment } from '../../functions/payments/capture-payment.ts';
import { getPayment, getPaymentRoute } from '../../functions/payments/get-payment.ts';
import { inquire } from '../../functions/payments/inquire.ts';
import { listPayments } from '../../functions/payments/list-payments.ts';
import { memoryPayments } from '../../functions/payments/memory-payment-store.ts';
import { memoryTestBooks } from '../../functions/payments/memory-test-books.ts';
import { paymentIdOf } from '../../functions/payments/model.ts';
import {
  captureConfirmed,
  captureFulfilled,
  undoCancelled,
  voidRejected,
} from '../../functions/payments/on-order-event.ts';
import type { PaymentProvider } from '../../functions/payments/provider.ts';
import { refundPayment } from '../../functions/payments/refund-payment.ts';
import type { SettleDeps } from '../../functions/payments/settle.ts';
import { TEST_CARDS, testProvider } from '../../functions/payments/test-provider.ts';
import { toEvents } from '../../functions/payments/to-events.ts';
import { toPaymentItem } from '../../functions/payments/payment-item.ts';
import { voidPayment } from '../../functions/payments/void.ts';
import { voidPaymentByRequest } from '../../functions/payments/void-payment.ts';
import { at, cartOf, EUR, idempotencyOf, orderOf, requestBy, shopper, staff, tenantA } from '../orders/fixtures.ts';

const ORDER = orderOf('one');
const ID = paymentIdOf(tenantA, ORDER);
const context = { tenant: tenantA, traceId: 'trace-1' };
const order = { orderId: ORDER, provider: 'test' as const };

let deps: SettleDeps;
let bank: PaymentProvider;
let broken: Partial<PaymentProvider>;
beforeEach(() => {
  broken = {};
  bank = testProvider(memoryTestBooks())(tenantA);
  deps = { payments: memoryPayments(), provider: () => ({ ...bank, ...broken }), now: () => new Date(at(60)) };
});
const pay = (method: string, amount = 2000) => authorize(deps)(context, { ...order, amount, currency: EUR, method });
const undo = () => voidPayment(deps)(context, order);
const ask = () => inquire(deps)(context, order);
const record = () => deps.payments(tenantA).find(ID);
const current = async () => {
  const found = await record();
  if (found === undefined || found === 'closed') throw new Error('no payment');
  return found;
};

describe('the test cards', () => {
  it.each([
    ['card_approved', { status: 'authorized' }],
    ['card_capture_fails', { status: 'authorized' }],
    ['card_declined', { status: 'declined', code: 'card_declined' }],
    ['card_insufficient_funds', { status: 'declined', code: 'insufficient_funds' }],
    ['card_authentication_required', { status: 'authentication_required' }],
    ['card_timeout_authorized', { status: 'unknown' }],
    ['card_timeout_lost', { status: 'unknown' }],
    ['card_of_another_world', { status: 'declined', code: 'unknown_card' }],
  ])('%s does what it says', async (card, expected) => {
    expect(await pay(card)).toMatchObject(expected);
  });

  it('are all documented', () => {
    expect(Object.keys(TEST_CARDS)).toHaveLength(7);
  });

  it('tell the truth after a time-out, however often they are asked', async () => {
    await pay('card_timeout_authorized');
    const truth = { status: 'authorized', paymentId: ID, amount: 2000, currency: 'EUR' };
    expect(await ask()).toEqual(truth);
    expect(await ask()).toEqual(truth);
    expect(await current()).toMatchObject({ status: 'authorized', version: 2 });
  });

  it('hold nothing that was lost', async () => {
    await pay('card_timeout_lost');
    expect(await ask()).toEqual({ status: 'none' });
    expect(await current()).toMatchObject({ status: 'unknown' });
  });
});

describe('authorizing', () => {
  it('is done once for an order', async () => {
    expect(await pay('card_approved')).toEqual({ status: 'authorized', paymentId: ID });
    expect(await pay('card_approved')).toEqual({ status: 'authorized', paymentId: ID });
    expect(await current()).toMatchObject({ version: 1, amount: 2000, status: 'authorized' });
  });

  it('keeps nothing of what was declined', async () => {
    await pay('card_declined');
    expect(await record()).toBeUndefined();
    expect(await ask()).toEqual({ status: 'none' });
  });

  it.each(['card_approved', 'card_timeout_authorized', 'card_timeout_lost'])(
    'with %s, when it comes after its undo, holds nothing',
    async (card) => {
      expect(await undo()).toEqual({ status: 'nothing' });
      expect(['closed', 'declined']).toContain((await pay(card)).status);
      expect(await record()).toBe('closed');
      expect(await bank.inquire({ intentId: ID, reference: null })).toEqual({ status: 'voided' });
      expect(await ask()).toEqual({ status: 'voided' });
    },
  );

  it('takes what an earlier try without an answer held', async () => {
    broken = { authorize: async () => ({ status: 'unknown' }) };
    expect(await pay('card_approved')).toEqual({ status: 'unknown' });
    broken = {};
    expect(await pay('card_approved')).toEqual({ status: 'authorized', paymentId: ID });
    expect(await current()).toMatchObject({ status: 'authorized', version: 2 });
  });
});

describe('undoing', () => {
  it.each([
    ['card_approved', { status: 'voided' }, 'voided'],
    ['card_timeout_authorized', { status: 'voided' }, 'voided'],
    ['card_timeout_lost', { status: 'voided' }, 'voided'],
  ])('lets %s go, once', async (card, expected, status) => {
    await pay(card);
    expect(await undo()).toEqual(expected);
    expect(await undo()).toEqual(expected);
    expect(await current()).toMatchObject({ status, version: 2, sequence: 1 });
  });

  it('is no undo of what was taken', async () => {
    await pay('card_approved');
    await captureConfirmed(deps)(confirmed());
    expect(await undo()).toEqual({ status: 'captured' });
    expect(await current()).toMatchObject({ status: 'captured' });
  });

  it('waits for the provider’s answer', async () => {
    await pay('card_approved');
    broken = { void: async () => ({ status: 'unknown' }) };
    await expect(undo()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(await current()).toMatchObject({ status: 'authorized' });
  });
});

const detail = {
  orderId: ORDER,
  number: 'A-1',
  cartId: cartOf('one'),
  customerId: null,
  currency: EUR,
  total: 2000,
  taxTotal: 0,
  lines: [],
  linesComplete: true,
  codes: [],
  payment: { provider: 'test', paymentId: ID, amount: 2000 },
  capture: 'now' as 'now' | 'fulfilment',
  placedAt: at(0),
};
const envelope = {
  id: `${ORDER}:2`,
  tenant: tenantA,
  version: 1,
  time: at(1),
  aggregateId: ORDER,
  sequence: 2,
  actor: shopper,
  correlationId: 'trace-1',
};
const confirmed = (facts: { capture?: 'now' | 'fulfilment'; payment?: null } = {}) => ({
  ...envelope,
  type: 'OrderConfirmed',
  detail: { ...detail, ...facts },
});
const fulfilled = (capture: 'now' | 'fulfilment') => ({
  ...confirmed({ capture }),
  id: `${ORDER}:3`,
  sequence: 3,
  type: 'OrderFulfilled',
});
const cancelled = (facts: { payment?: null } = {}) => ({
  ...envelope,
  type: 'OrderCancelled',
  detail: { ...detail, reason: 'customer' as const, restock: true, ...facts },
});
const rejected = () => ({ ...envelope, type: 'OrderRejected', detail: { ...detail, code: 'out_of_stock' } });

describe('following an order', () => {
  it('takes the money when the order is confirmed, or when it is fulfilled, as the shop wants it', async () => {
    await pay('card_approved');
    await captureConfirmed(deps)(confirmed({ capture: 'fulfilment' }));
    expect((await current()).status).toBe('authorized');
    await captureFulfilled(deps)(fulfilled('now'));
    expect((await current()).status).toBe('authorized');
    for (const _delivery of [1, 2]) await captureFulfilled(deps)(fulfilled('fulfilment'));
    expect(await current()).toMatchObject({ status: 'captured', capturedAmount: 2000, sequence: 1 });
  });

  it('does each thing once, however often it is told', async () => {
    await pay('card_approved');
    for (const _delivery of [1, 2]) await captureConfirmed(deps)(confirmed());
    expect(await current()).toMatchObject({ version: 2 });
    for (const _delivery of [1, 2]) await undoCancelled(deps)(cancelled());
    expect(await current()).toMatchObject({ status: 'refunded', refundedAmount: 2000, version: 3, sequence: 2 });
    await captureConfirmed(deps)(confirmed());
    expect(await current()).toMatchObject({ status: 'refunded', version: 3 });
  });

  it('voids what is only held when the order is cancelled, and then takes nothing any more', async () => {
    await pay('card_approved');
    await undoCancelled(deps)(cancelled());
    await captureConfirmed(deps)(confirmed());
    expect(await current()).toMatchObject({ status: 'voided', capturedAmount: 0 });
  });

  it('voids what is held for a rejected order, also when it comes later', async () => {
    await voidRejected(deps)(rejected());
    expect((await pay('card_approved')).status).toBe('closed');
    expect(await record()).toBe('closed');
  });

  it('has nothing to do where there is nothing to pay', async () => {
    await captureConfirmed(deps)(confirmed({ payment: null }));
    await undoCancelled(deps)(cancelled({ payment: null }));
    expect(await record()).toBeUndefined();
  });

  it('ends a refused capture as failed, once, with an owner who can try again', async () => {
    await pay('card_capture_fails');
    for (const _delivery of [1, 2]) await captureConfirmed(deps)(confirmed());
    expect(await current()).toMatchObject({ status: 'capture_failed', failureCode: 'capture_refused', version: 2 });
    await expect(act('capture', 'try-1')).rejects.toMatchObject({ code: 'capture_failed' });
    expect(await current()).toMatchObject({ version: 3, sequence: 1 });
    broken = { capture: async () => ({ status: 'captured' }) };
    expect((await act('capture', 'try-2')).body).toMatchObject({ status: 'captured', failureCode: null });
  });

  it('tries again while the provider does not answer, and ends as failed after the fifth time', async () => {
    await pay('card_approved');
    broken = { capture: async () => ({ status: 'unknown' }) };
    for (let tries = 1; tries <= 4; tries += 1) {
      await expect(captureConfirmed(deps)(confirmed())).rejects.toMatchObject({ code: 'temporarily_unavailable' });
      expect(await current()).toMatchObject({ status: 'authorized', captureTries: tries, sequence: 0 });
    }
    await captureConfirmed(deps)(confirmed());
    expect(await current()).toMatchObject({ status: 'capture_failed', failureCode: 'no_answer', sequence: 1 });
  });

  it('does not lose a refund that the provider refuses', async () => {
    await pay('card_approved');
    await captureConfirmed(deps)(confirmed());
    broken = { refund: async () => ({ status: 'refused', code: 'too_late' }) };
    await expect(undoCancelled(deps)(cancelled())).rejects.toThrow('too_late');
    expect((await current()).status).toBe('captured');
  });

  it('knows when capture and void crossed at the provider', async () => {
    await pay('card_approved');
    broken = { void: async () => ({ status: 'captured' }) };
    await undoCancelled(deps)(cancelled());
    expect(await current()).toMatchObject({ status: 'refunded', capturedAmount: 2000, refundedAmount: 2000 });
  });
});

const act = (action: 'capture' | 'void' | 'refund', key: string, amount?: number, hash?: string) => {
  const request = {
    ...requestBy({ ...staff, permissions: ['payments:write' as const] }),
    params: { paymentId: ID },
    query: undefined,
    idempotency: idempotencyOf(key, hash),
  };
  const body = amount === undefined ? {} : { amount: { amount, currency: EUR } };
  if (action === 'void') return voidPaymentByRequest(deps)({ ...request, body: undefined });
  return action === 'capture' ? capturePayment(deps)({ ...request, body }) : refundPayment(deps)({ ...request, body });
};

describe('settling by hand', () => {
  it.each([
    ['capture', 'captured'],
    ['void', 'voided'],
  ] as const)('can %s what is held, once', async (action, status) => {
    await pay('card_approved');
    expect(await act(action, 'a')).toMatchObject({ body: { status }, version: 2, replayed: false });
    expect(await act(action, 'a')).toMatchObject({ body: { status }, version: 2, replayed: true });
    await expect(act(action, 'a', undefined, 'another')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(act(action, 'b')).rejects.toMatchObject({ status: 409, code: 'payment_state_conflict' });
  });

  it('can refund what was taken, the whole of it, once', async () => {
    await pay('card_approved');
    await expect(act('refund', 'a')).rejects.toMatchObject({ code: 'payment_state_conflict' });
    await captureConfirmed(deps)(confirmed());
    await expect(act('refund', 'a', 1999)).rejects.toMatchObject({ status: 422 });
    expect((await act('refund', 'a', 2000)).body).toMatchObject({ status: 'refunded', refundedAmount: 2000 });
    expect(await act('refund', 'a', 2000)).toMatchObject({ replayed: true });
  });

  it('tells of a refusal, and tells the same when it is asked again', async () => {
    await pay('card_capture_fails');
    await expect(act('capture', 'a')).rejects.toMatchObject({ status: 402, code: 'capture_failed' });
    const { version } = await current();
    await expect(act('capture', 'a')).rejects.toMatchObject({ status: 402, code: 'capture_failed' });
    expect((await current()).version).toBe(version);
  });

  it('moves the money once when two do it at the same time', async () => {
    await pay('card_approved');
    const outcomes = await Promise.allSettled([act('capture', 'a'), act('void', 'b')]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await current()).toMatchObject({ version: 2 });
  });

  it('knows no payment that is not there', async () => {
    await expect(act('capture', 'a')).rejects.toMatchObject({ status: 404, code: 'payment_not_found' });
    await undo();
    await expect(act('void', 'a')).rejects.toMatchObject({ status: 404 });
  });
});

describe('reading payments', () => {
  const nothing = { params: undefined, query: undefined, body: undefined, idempotency: undefined };

  it('shows what a merchant may know', async () => {
    await pay('card_approved');
    const { body } = await getPayment(deps)({ ...nothing, ...requestBy(staff), params: { paymentId: ID } });
    const shown = getPaymentRoute.response.parse(body);
    expect(shown).toMatchObject({ id: ID, orderId: ORDER, status: 'authorized' });
    expect(Object.keys(shown)).not.toContain('method');
    expect(Object.keys(shown)).not.toContain('traceId');
  });

  it('finds an order’s payment, if there is one', async () => {
    const list = (orderId: string) =>
      listPayments(deps)({ ...nothing, ...requestBy(staff), query: { limit: 20, orderId } });
    await pay('card_approved');
    expect((await list(ORDER)).body.items.map(({ id }) => id)).toEqual([ID]);
    expect((await list(orderOf('none'))).body.items).toEqual([]);
  });
});

describe('the events of a payment', () => {
  const publish = (before: object | undefined, after: object) =>
    toEvents({ tenant: tenantA, before: before && { ...before }, after: { ...after }, expired: false });

  it('are its moves, numbered without gaps, not its authorization', async () => {
    await pay('card_approved');
    const held = toPaymentItem(await current());
    expect(publish(undefined, held)).toEqual([]);
    await captureConfirmed(deps)(confirmed());
    const captured = toPaymentItem(await current());
    const [event] = publish(held, captured);
    expect(event).toMatchObject({
      detailType: 'PaymentCaptured.v1',
      envelope: { id: `${ID}:1`, sequence: 1, detail: { paymentId: ID, orderId: ORDER, capturedAmount: 2000 } },
    });
    expect(JSON.stringify(event)).not.toContain('card_approved');
    await undoCancelled(deps)(cancelled());
    const after = publish(captured, toPaymentItem(await current()));
    expect(after).toMatchObject([{ detailType: 'PaymentRefunded.v1', envelope: { sequence: 2 } }]);
    expect(publish(captured, captured)).toEqual([]);
  });

  it('tell of a failed capture and of a void', async () => {
    await pay('card_capture_fails');
    await captureConfirmed(deps)(confirmed());
    const failed = toPaymentItem(await current());
    expect(publish(undefined, failed)).toMatchObject([{ detailType: 'PaymentCaptureFailed.v1' }]);
    await undoCancelled(deps)(cancelled());
    expect(publish(failed, toPaymentItem(await current()))).toMatchObject([{ detailType: 'PaymentVoided.v1' }]);
  });
});
