import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sagaDefinition } from '../../lib/constructs/saga-definition.ts';
import { CHECKOUT_STEPS, CHECKOUT_TIMEOUT_SECONDS } from '../../stacks/checkout-saga.ts';
import { functionArn, type Handler } from '../local/fake-ports.ts';
import { runOver } from '../local/step-functions/world.ts';
import { checkoutWorld, type CheckoutWorld } from './checkout-world.ts';
import { shopper, tenantA } from './fixtures.ts';
import { type RunCall, runSaga } from './run-saga.ts';

/** Everything comes to rest. */
const settle = async (world: CheckoutWorld, keys: readonly string[]): Promise<void> => {
  for (let minute = 0; minute < 4; minute += 1) {
    await world.drain(...keys);
    world.pass(61);
    await world.runReconciler();
  }
  await world.drain(...keys);
};

/** The calls of several workflows in any order that their own orders allow. */
const interleaved =
  (scheduler: fc.Scheduler, world: CheckoutWorld): RunCall =>
  async (call, input) => {
    await scheduler.schedule(Promise.resolve(), `${call.domain}.${call.name}`);
    const result = await world.execute(call, input);
    await scheduler.schedule(Promise.resolve(), `${call.domain}.${call.name} done`);
    return result;
  };

const statusesOf = async (world: CheckoutWorld, keys: readonly string[]) =>
  Promise.all(keys.map(async (key) => (await world.orderOf(key))?.state.status));

describe('two checkouts at once', () => {
  it('of one cart in two tabs make one order, whatever the order of their steps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom('approved' as const, 'declined' as const),
        async (scheduler, card) => {
          const world = checkoutWorld({ card });
          const keys = ['tab-1', 'tab-2'];
          const answers = keys.map((key) => world.request(key, interleaved(scheduler, world)));
          await scheduler.waitFor(Promise.all(answers));
          await settle(world, keys);
          const confirmed = (await statusesOf(world, keys)).filter((status) => status === 'confirmed');
          const told = (await Promise.all(answers)).filter(({ status }) => status === 201);
          expect(confirmed).toHaveLength(card === 'approved' ? 1 : 0);
          expect(told).toHaveLength(confirmed.length);
          expect(world.bank.captures).toHaveLength(confirmed.length);
          expect(world.stock.left()).toBe(10 - 2 * confirmed.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('with one key are one order, and each answer is true', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, dearerForOne) => {
        const world = checkoutWorld();
        const keys = ['twice'];
        const through = interleaved(scheduler, world);
        // The price may change between the two: the second one's quote differs.
        let quotes = 0;
        const changing: RunCall = async (call, input) => {
          const result = await through(call, input);
          if (!dearerForOne || call.name !== 'quote') return result;
          quotes += 1;
          return quotes === 1 ? result : { status: 'refused', code: 'price_missing', detail: 'gone' };
        };
        const answers = [world.request('twice', changing), world.request('twice', changing)];
        await scheduler.waitFor(Promise.all(answers));
        await settle(world, keys);
        const [status] = await statusesOf(world, keys);
        for (const answer of await Promise.all(answers)) {
          if (answer.status === 201) expect(status).toBe('confirmed');
          if (answer.status === 409 && answer.code !== 'request_in_flight') expect(status).toBe('rejected');
        }
        expect(world.bank.captures).toHaveLength(status === 'confirmed' ? 1 : 0);
        expect(world.carts.state().status).toBe(status === 'confirmed' ? 'ordered' : 'open');
        expect(world.stock.left()).toBe(status === 'confirmed' ? 8 : 10);
      }),
      { numRuns: 100 },
    );
  });

  it('and the reconciler, when a workflow is slower than it may be, agree on one verdict', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom('approved' as const, 'held_without_answer' as const, 'lost_without_answer' as const),
        async (scheduler, card) => {
          const world = checkoutWorld({ card });
          const answer = world.request('slow', interleaved(scheduler, world));
          const takeover = (async () => {
            for (let run = 0; run < 3; run += 1) {
              await scheduler.schedule(Promise.resolve(), 'a minute passes');
              world.pass(61);
              await world.runReconciler();
              await scheduler.schedule(Promise.resolve(), 'events');
              await world.drain('slow');
            }
          })();
          await scheduler.waitFor(Promise.all([answer, takeover]));
          await settle(world, ['slow']);
          const [status] = await statusesOf(world, ['slow']);
          const told = await answer;
          expect(world.failures).toEqual([]);
          expect(['confirmed', 'rejected']).toContain(status);
          if (told.status === 201) expect(status).toBe('confirmed');
          expect(world.bank.captures).toHaveLength(status === 'confirmed' ? 1 : 0);
          expect(world.bank.holding()).toHaveLength(status === 'confirmed' ? 1 : 0);
          expect(world.stock.left()).toBe(status === 'confirmed' ? 8 : 10);
          expect(world.carts.state().status).toBe(status === 'confirmed' ? 'ordered' : 'open');
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the state machine', () => {
  const input = {
    orderId: 'ord_1',
    attempt: 'attempt-1',
    requestHash: 'hash',
    tokenHash: null,
    customerId: null,
    actor: shopper,
    cartId: 'cart_1',
    guestTokenHash: null,
    asStaff: true,
    expectedTotal: { amount: 1, currency: 'EUR' },
    billingAddress: null,
    payment: { provider: 'test', method: 'card_approved' },
    country: 'DE',
    taxMode: 'inclusive',
    capture: 'now',
    orderPrefix: '',
  };
  const cart = {
    currency: 'EUR',
    lines: [{ variantId: 'var_1', quantity: 1 }],
    codes: [],
    shippingAddress: null,
    shippingMethodId: null,
    customerId: null,
  };
  const placed = (flags: { redeem: boolean; authorize: boolean }) => ({
    status: 'placed',
    codes: ['TEN'],
    customerKey: 'key',
    amount: 1,
    currency: 'EUR',
    ...flags,
  });
  const answers: Record<string, unknown> = {
    'carts.lock': { status: 'locked', cart },
    'carts.unlock': { status: 'unlocked' },
    'pricing.quote': { status: 'quoted', quote: { total: 1 } },
    'pricing.redeem': { status: 'redeemed' },
    'pricing.unredeem': { status: 'released' },
    'orders.place': placed({ redeem: true, authorize: true }),
    'orders.confirm': { status: 'confirmed', order: null },
    'orders.reject': { status: 'rejected' },
    'inventory.reserve': { status: 'reserved' },
    'inventory.release': { status: 'released' },
    'payments.authorize': { status: 'authorized', paymentId: 'pay_1' },
    'payments.void': { status: 'voided' },
  };

  it.each<[string, Record<string, unknown>]>([
    ['all goes well', {}],
    ['nothing is to pay and no coupon is used', { 'orders.place': placed({ redeem: false, authorize: false }) }],
    ['the first step refuses', { 'carts.lock': { status: 'refused', code: 'cart_closed', detail: '' } }],
    ['the total changed', { 'orders.place': { status: 'total_changed' } }],
    ['stock is out', { 'inventory.reserve': { status: 'out_of_stock', lines: [] } }],
    ['the card is declined', { 'payments.authorize': { status: 'declined', code: 'no', detail: '' } }],
    [
      'the provider does not answer',
      { 'payments.authorize': { status: 'unknown' }, 'orders.confirm': { status: 'pending' } },
    ],
    ['the order is not ours to reject', { 'orders.place': { status: 'exists' }, 'orders.reject': { status: 'kept' } }],
  ])('does what these tests take it to do, when %s', async (_, different) => {
    const all = { ...answers, ...different };
    const expected: unknown[] = [];
    const modelled = await runSaga(CHECKOUT_STEPS, input, async ({ domain, name }, payload) => {
      expected.push([`${domain}.${name}`, payload]);
      return all[`${domain}.${name}`];
    });

    const made: unknown[] = [];
    const handlers: Record<string, Handler> = Object.fromEntries(
      Object.entries(all).map(([name, answer]) => [
        name,
        (event: unknown) => {
          made.push([name, Object(event).input]);
          return answer;
        },
      ]),
    );
    const definition = sagaDefinition({
      steps: CHECKOUT_STEPS,
      timeoutSeconds: CHECKOUT_TIMEOUT_SECONDS,
      arnOf: ({ domain, name }) => functionArn(`${domain}.${name}`),
    });
    const { ended } = await runOver(60_000, definition, { tenant: tenantA, traceId: 'trace-1', input }, handlers);
    // The state machine tells an undo a little more about the end than the model does.
    const known = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (name, member: unknown) => (name === 'position' ? undefined : member)));
    expect(known(made)).toEqual(known(expected));
    const output: unknown = JSON.parse(String(ended['output']));
    expect(output).toMatchObject({ status: Object(modelled).status, results: Object(modelled).results });
  });
});
