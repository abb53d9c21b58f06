import { describe, expect, it } from 'vitest';
import { toStoredEvent } from '../../functions/orders/order-item.ts';
import type { OrderEvent } from '../../functions/orders/order-event.ts';
import { foldOrder } from '../../functions/orders/order-state.ts';
import { detailOf, toEvents } from '../../functions/orders/to-events.ts';
import {
  at,
  byRequest,
  cartOf,
  eventOf,
  orderOf,
  paymentOf,
  placedFacts,
  quoteOf,
  shopper,
  tenantA,
  variantOf,
} from './fixtures.ts';

const placed = eventOf('OrderPlaced', placedFacts({ codes: ['TEN'] }));
const confirmed = eventOf('OrderConfirmed', { paymentId: paymentOf('one') }, 1);
const captured = eventOf(
  'PaymentCaptured',
  { paymentId: paymentOf('one'), sequence: 1, capturedAmount: 2000, refundedAmount: 0, failureCode: null },
  2,
);
const cancelled = eventOf('OrderCancelled', { reason: 'stock', restock: false, request: byRequest }, 3);
const rejected = eventOf('OrderRejected', { cartId: cartOf('one'), refusal: { code: 'out_of_stock', detail: '' } }, 1);

const itemOf = (...events: readonly OrderEvent[]) => ({
  pk: `order#${orderOf('one')}`,
  sk: 'order',
  attempt: 'a',
  epoch: 1,
  requestHash: 'h',
  version: events.length,
  events: events.map(toStoredEvent),
  contact: { email: 'ann@example.com' },
  note: 'secret note',
});
type Image = ReturnType<typeof itemOf> | undefined;
const publish = (before: Image, after: Image) =>
  toEvents({ tenant: tenantA, before, after, expired: false }).map(({ detailType, envelope }) => ({
    detailType,
    ...envelope,
  }));

describe('the events of an order', () => {
  it('are those that a change adds, each with the state at its time', () => {
    expect(publish(undefined, itemOf(placed))).toMatchObject([
      { detailType: 'OrderPlaced.v1', sequence: 1, detail: { number: 'A-10000', payment: { paymentId: null } } },
    ]);
    expect(publish(itemOf(placed), itemOf(placed, confirmed))).toMatchObject([
      {
        detailType: 'OrderConfirmed.v1',
        sequence: 2,
        detail: { payment: { paymentId: paymentOf('one'), amount: 2000 } },
      },
    ]);
    expect(publish(undefined, itemOf(placed, confirmed)).map(({ detailType }) => detailType)).toEqual([
      'OrderPlaced.v1',
      'OrderConfirmed.v1',
    ]);
  });

  it('have an id and a time that were fixed when they were written', () => {
    const [event] = publish(itemOf(placed), itemOf(placed, confirmed));
    expect(event).toMatchObject({
      id: `${orderOf('one')}:2`,
      aggregateId: orderOf('one'),
      tenant: tenantA,
      time: at(1),
      actor: shopper,
      correlationId: 'trace-1',
    });
    expect(publish(itemOf(placed), itemOf(placed, confirmed))).toEqual([event]);
  });

  it('are numbered without gaps, though the payment’s own are not among them', () => {
    expect(publish(itemOf(placed, confirmed), itemOf(placed, confirmed, captured))).toEqual([]);
    expect(publish(itemOf(placed, confirmed, captured), itemOf(placed, confirmed, captured, cancelled))).toMatchObject([
      { detailType: 'OrderCancelled.v1', sequence: 3, detail: { reason: 'stock', restock: false } },
    ]);
  });

  it('say why an order was rejected, also one that was never placed', () => {
    expect(publish(itemOf(placed), itemOf(placed, rejected))).toMatchObject([
      { detailType: 'OrderRejected.v1', sequence: 2, detail: { code: 'out_of_stock', payment: { amount: 2000 } } },
    ]);
    expect(publish(undefined, itemOf(rejected))).toMatchObject([
      {
        detailType: 'OrderRejected.v1',
        sequence: 1,
        detail: { code: 'out_of_stock', cartId: cartOf('one'), number: null, payment: null, lines: [], codes: [] },
      },
    ]);
  });

  it('do not come from anything else: other items, other attributes, expiry', () => {
    expect(publish(undefined, { ...itemOf(placed), sk: 'events#00000001' })).toEqual([]);
    expect(publish(itemOf(placed), { ...itemOf(placed), epoch: 2 })).toEqual([]);
    expect(publish(itemOf(rejected), undefined)).toEqual([]);
  });

  it('name no person', () => {
    const text = JSON.stringify(publish(undefined, itemOf(placed, confirmed)));
    expect(text).not.toContain('ann@example.com');
    expect(text).not.toContain('secret');
  });

  it('carry what the others need', () => {
    const state = foldOrder(orderOf('one'), [placed, confirmed]);
    if (state === undefined) throw new Error('no state');
    expect(detailOf(state)).toEqual({
      orderId: orderOf('one'),
      number: 'A-10000',
      cartId: cartOf('one'),
      customerId: null,
      currency: 'EUR',
      total: 2000,
      taxTotal: 320,
      lines: [0, 1].map((index) =>
        expect.objectContaining({ variantId: variantOf(`v${index}`), quantity: 1, total: 1000 }),
      ),
      linesComplete: true,
      codes: ['TEN'],
      payment: { provider: 'test', paymentId: paymentOf('one'), amount: 2000 },
      capture: 'now',
      placedAt: at(0),
    });
  });

  it('fit into 64 kB, whatever the basket', () => {
    const large = eventOf('OrderPlaced', placedFacts({ quote: quoteOf({ lineCount: 500 }) }));
    const [event] = publish(undefined, itemOf(large));
    expect(JSON.stringify(event).length).toBeLessThan(64_000);
    expect(event?.detail).toMatchObject({ linesComplete: false, lines: [], total: 500_000 });
  });
});
