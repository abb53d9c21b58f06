import { beforeEach, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { Inquire } from '../../functions/payments/calls.ts';
import { memoryOrders } from '../../functions/orders/memory-order-store.ts';
import { nextAttemptAt, reconcile } from '../../functions/orders/reconcile.ts';
import type { PlacedFacts } from '../../functions/orders/order-event.ts';
import { at, EUR, newOrderOf, orderOf, paymentOf, quoteOf, tenantA, tenantB } from './fixtures.ts';

type Truth = z.output<typeof Inquire.output>;
const held: Truth = { status: 'authorized', paymentId: paymentOf('one'), amount: 2000, currency: EUR };

interface Around {
  readonly truth: Truth | Error;
  readonly reserve: 'reserved' | 'closed' | 'out_of_stock';
  readonly redeem: 'redeemed' | 'closed';
}

let store: ReturnType<typeof memoryOrders>;
let seconds: number;
let calls: string[];
let failures: unknown[];
beforeEach(() => {
  store = memoryOrders();
  seconds = 0;
  calls = [];
  failures = [];
});
const place = (name: string, facts: Partial<PlacedFacts> = {}) =>
  store.open(tenantA).place(newOrderOf(name, { facts }));
const status = async (name: string) => (await store.open(tenantA).find(orderOf(name)))?.state.status;
const run = ({ truth = held, reserve = 'reserved', redeem = 'redeemed' }: Partial<Around> = {}) =>
  reconcile({
    orders: store.open,
    dueOrders: store.dueOrders,
    inquire: async () => {
      calls.push('inquire');
      if (truth instanceof Error) throw truth;
      return truth;
    },
    reserve: async (_, { lines }) => {
      calls.push(`reserve ${lines.length}`);
      return reserve === 'out_of_stock' ? { status: reserve, lines: [] } : { status: reserve };
    },
    redeem: async (_, { codes }) => {
      calls.push(`redeem ${codes.join()}`);
      return { status: redeem };
    },
    now: () => new Date(at(seconds)),
    onFailure: (_, error) => failures.push(error),
  })({ traceId: 'trace-2' });

describe('the reconciler', () => {
  it('leaves alone what is not due', async () => {
    await place('one');
    seconds = 59;
    expect(await run()).toEqual({ confirmed: 0, rejected: 0, unknown: 0, left: 0, failed: 0 });
    expect(calls).toEqual([]);
  });

  it.each<[string, Partial<Around>, string]>([
    ['confirms what is held', {}, 'confirmed'],
    ['confirms what was captured', { truth: { ...held, status: 'captured' } }, 'confirmed'],
    ['rejects what was never held', { truth: { status: 'none' } }, 'rejected'],
    ['rejects what was declined', { truth: { status: 'declined' } }, 'rejected'],
    ['rejects what was voided', { truth: { status: 'voided' } }, 'rejected'],
    ['rejects what has no stock any more', { reserve: 'closed' }, 'rejected'],
    ['rejects what is out of stock', { reserve: 'out_of_stock' }, 'rejected'],
  ])('%s', async (_, around, verdict) => {
    await place('one');
    seconds = 61;
    await run(around);
    expect(await status('one')).toBe(verdict);
  });

  it('leaves what the provider does not know, and asks again later and later', async () => {
    await place('one');
    for (const [second, asked] of [
      [61, 1],
      [120, 1],
      [122, 2],
      [240, 2],
      [243, 3],
    ] as const) {
      seconds = second;
      await run({ truth: { status: 'unknown' } });
      expect(calls).toHaveLength(asked);
    }
    expect(await status('one')).toBe('pending');
    seconds = 10_000;
    await run();
    expect(await status('one')).toBe('confirmed');
  });

  it('waits a minute, then twice as long each time, a quarter of an hour at most', () => {
    const waits = [2, 3, 4, 5, 6, 7, 8].map((epoch) => nextAttemptAt(new Date(0))(epoch).getTime() / 60_000);
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15]);
  });

  it('asks for coupons and stock once more, and for nothing that is not needed', async () => {
    await place('one', { quote: quoteOf({ limitedCodes: ['TEN'] }) });
    seconds = 61;
    await run();
    expect(calls).toEqual(['inquire', 'redeem TEN', 'reserve 2']);
    await place('free', { provider: null, quote: quoteOf({ total: 0 }) });
    calls = [];
    expect(await run()).toMatchObject({ confirmed: 1 });
    expect(calls).toEqual(['reserve 2']);
    await place('used', { quote: quoteOf({ limitedCodes: ['TEN'] }) });
    expect(await run({ redeem: 'closed' })).toMatchObject({ rejected: 1 });
  });

  it('goes on with the others when one cannot be decided', async () => {
    await place('one');
    await store.open(tenantB).place(newOrderOf('two', { facts: { provider: null, quote: quoteOf({ total: 0 }) } }));
    seconds = 61;
    expect(await run({ truth: new Error('down') })).toMatchObject({ confirmed: 1, failed: 1 });
    expect(failures).toEqual([new Error('down')]);
    expect(await status('one')).toBe('pending');
  });

  it('never confirms a payment of another amount', async () => {
    await place('one');
    seconds = 61;
    expect(await run({ truth: { ...held, amount: 1999 } })).toMatchObject({ failed: 1 });
    expect(await status('one')).toBe('pending');
  });
});
