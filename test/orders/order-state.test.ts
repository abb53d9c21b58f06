import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublished, type OrderEvent } from '../../functions/orders/order-event.ts';
import { applyEvent, foldOrder, type OrderState, orderStates } from '../../functions/orders/order-state.ts';
import { spill } from '../../functions/orders/order-item.ts';
import { byRequest, cartOf, eventOf, orderOf, particulars, paymentOf, placedFacts } from './fixtures.ts';

const ID = orderOf('one');
const refusal = { code: 'out_of_stock', detail: 'gone' };
const payment = (sequence: number) => ({
  paymentId: paymentOf('one'),
  sequence,
  capturedAmount: 2000,
  refundedAmount: sequence > 1 ? 2000 : 0,
  failureCode: null,
});

const placed = eventOf('OrderPlaced', placedFacts());
const confirmed = eventOf('OrderConfirmed', { paymentId: paymentOf('one') }, 1);
const rejected = eventOf('OrderRejected', { cartId: cartOf('one'), refusal }, 1);
const cancelled = eventOf('OrderCancelled', { reason: 'customer', restock: true, request: byRequest }, 2);
const fulfilled = eventOf('OrderFulfilled', { tracking: null, request: byRequest }, 2);
const updated = eventOf('OrderUpdated', { fields: ['note'] }, 3);

/** Histories as they can come about: decided or not, closed or not, with payments and notes anywhere after the verdict. */
const histories = fc
  .record({
    verdict: fc.constantFrom<OrderEvent[]>([confirmed], [confirmed, cancelled], [confirmed, fulfilled], [rejected], []),
    more: fc.array(
      fc.oneof(
        fc.constant<OrderEvent>(updated),
        fc
          .integer({ min: 1, max: 6 })
          .map((sequence): OrderEvent =>
            eventOf(sequence % 2 === 0 ? 'PaymentRefunded' : 'PaymentCaptured', payment(sequence), 4),
          ),
      ),
      { maxLength: 80 },
    ),
  })
  .map(({ verdict, more }): OrderEvent[] => [placed, ...verdict, ...more]);

const fold = (events: readonly OrderEvent[], from?: OrderState): OrderState => {
  const state = foldOrder(ID, events, from);
  if (state === undefined) throw new Error('nothing to fold');
  return state;
};

describe('the fold of an order’s events', () => {
  it('gives the same state whether it is folded at once or in two parts', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (events, cut) => {
        const at = 1 + (cut % events.length);
        expect(fold(events.slice(at), fold(events.slice(0, at)))).toEqual(fold(events));
      }),
    );
  });

  it('counts every event as a version, and every published one as a sequence without gaps', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const states = orderStates(ID, events);
        expect(states.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
        const published = states.filter((_, index) => isPublished(events[index]?.type ?? 'OrderUpdated'));
        expect(published.map(({ sequence }) => sequence)).toEqual(published.map((_, index) => index + 1));
      }),
    );
  });

  it('takes the newest word of the payment, in whichever order its events arrive', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4], { minLength: 1 }), (sequences) => {
        const events = sequences.map((sequence) =>
          eventOf(sequence % 2 === 0 ? 'PaymentRefunded' : 'PaymentCaptured', payment(sequence)),
        );
        const newest = Math.max(...sequences);
        expect(fold([placed, confirmed, ...events]).paymentStatus).toBe(newest % 2 === 0 ? 'refunded' : 'captured');
      }),
    );
  });

  it('never leaves a verdict again', () => {
    const after = (...events: OrderEvent[]) => fold([placed, ...events]);
    expect(() => applyEvent(ID, after(confirmed), rejected)).toThrow('confirmed');
    expect(() => applyEvent(ID, after(rejected), confirmed)).toThrow('rejected');
    expect(() => applyEvent(ID, after(confirmed), confirmed)).toThrow('confirmed');
    expect(() => applyEvent(ID, after(confirmed, cancelled), fulfilled)).toThrow('cancelled');
    expect(() => applyEvent(ID, after(confirmed, fulfilled), cancelled)).toThrow('fulfilled');
    expect(() => applyEvent(ID, after(), placed)).toThrow('once');
  });

  it('begins with being placed or refused, with nothing else', () => {
    expect(() => applyEvent(ID, undefined, confirmed)).toThrow('first');
    expect(applyEvent(ID, undefined, rejected)).toMatchObject({ status: 'rejected', placed: null, rejection: refusal });
  });

  it('has nothing to pay when there is no provider', () => {
    const free = [
      eventOf('OrderPlaced', placedFacts({ provider: null })),
      eventOf('OrderConfirmed', { paymentId: null }),
    ];
    expect(fold(free)).toMatchObject({ paymentStatus: 'none', paymentId: null });
    expect(fold([placed])).toMatchObject({ paymentStatus: 'pending' });
    expect(fold([placed, confirmed])).toMatchObject({ paymentStatus: 'authorized', paymentId: paymentOf('one') });
  });
});

describe('moving older events out', () => {
  it('changes neither the state nor the history, however often it is done', () => {
    fc.assert(
      fc.property(histories, (events) => {
        let base: OrderState | undefined;
        let recent: readonly OrderEvent[] = [];
        const chunks: OrderEvent[] = [];
        for (const event of events) {
          if (recent.length === 32) {
            const order = {
              state: fold(recent, base),
              recent,
              base,
              particulars,
              control: { attempt: '', epoch: 1, requestHash: '', parked: false, customerId: null, tokenHash: null },
            };
            const parts = spill(order);
            expect(parts.firstVersion).toBe(chunks.length + 1);
            chunks.push(...parts.moved);
            ({ base, kept: recent } = parts);
          }
          recent = [...recent, event];
        }
        expect(recent.length).toBeLessThanOrEqual(32);
        expect([...chunks, ...recent]).toEqual(events);
        expect(fold(recent, base)).toEqual(fold(events));
      }),
    );
  });
});
