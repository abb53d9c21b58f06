import { describe, expect, it } from 'vitest';
import { checkoutWorld, type CheckoutWorld, FAULTS, type Setting } from './checkout-world.ts';

/**
 * What a lazy checkout would get wrong, tried out one fault at a time: every call that the workflow makes, also those of
 * its undo, is lost before or after its effect, comes late, comes twice, or is the last one that the workflow makes.
 * Afterwards the client asks again (or does not), events are delivered twice and out of order, the reconciler runs, and
 * late calls land early or last. Then nothing may be left between done and not done.
 */
const CART = 'key-1';

const settle = async (world: CheckoutWorld, ...keys: readonly string[]): Promise<void> => {
  for (let minutes = 1; minutes <= 8; minutes *= 2) {
    await world.drain(...keys);
    world.pass(61 * minutes);
    await world.runReconciler();
  }
  await world.drain(...keys);
};

/** The invariants of a checkout that has come to rest. */
const expectAtRest = async (
  world: CheckoutWorld,
  key: string,
  stock: number,
): Promise<'confirmed' | 'rejected' | 'absent'> => {
  const order = await world.orderOf(key);
  const orderId = world.orderIdOf(key);
  const paymentId = world.paymentIdOf(key);
  const cart = world.carts.state();
  const payment = await world.payments(world.tenant).find(paymentId);
  expect(world.failures).toEqual([]);

  const status = order?.state.status ?? 'absent';
  if (status === 'confirmed' && order !== undefined) {
    expect(world.stock.of(orderId)).toBe('committed');
    expect(cart).toMatchObject({ status: 'ordered', orderId });
    const toPay = order.state.placed?.provider !== null;
    expect(world.bank.captures.filter((id) => id === paymentId)).toHaveLength(toPay ? 1 : 0);
    expect(order.state.paymentStatus).toBe(toPay ? 'captured' : 'none');
    const limited = (order.state.placed?.quote.limitedCodes.length ?? 0) > 0;
    expect(world.pricing.of(orderId)).toBe(limited ? 'redeemed' : undefined);
    expect(world.stock.left()).toBe(stock - 2);
    return status;
  }
  expect(['rejected', 'absent']).toContain(status);
  expect(world.bank.holding()).not.toContain(paymentId);
  expect(world.bank.captures).not.toContain(paymentId);
  expect(world.stock.of(orderId)).not.toBe('held');
  expect(world.pricing.of(orderId)).not.toBe('redeemed');
  if (payment !== undefined && payment !== 'closed') expect(payment.status).toBe('voided');
  // A workflow that died before its order leaves a lock, which the next checkout of the cart takes away.
  if (status === 'rejected') expect(cart).not.toMatchObject({ orderId });
  return status === 'rejected' ? 'rejected' : 'absent';
};

/** The cart can be ordered after a refusal, at once or, when a dead workflow has left its lock, at the second try. */
const expectCartUsable = async (world: CheckoutWorld): Promise<void> => {
  const answers = [await world.request('next-1'), await world.request('next-2')];
  const codes = answers.map(({ code }) => code);
  if (codes[0] === 'cart_closed') expect(codes[1], JSON.stringify(answers)).not.toBe('cart_closed');
};

const SETTINGS: readonly (readonly [string, Setting])[] = [
  ['an approved card', {}],
  ['a coupon', { coupons: 1 }],
  ['nothing to pay', { free: true }],
  ['a declined card', { card: 'declined', coupons: 1 }],
  ['a card that needs 3-D Secure', { card: 'needs_3ds' }],
  ['a card that is held without an answer', { card: 'held_without_answer' }],
  ['a card that is lost without an answer', { card: 'lost_without_answer' }],
  ['a coupon that is used up', { coupons: 0 }],
  ['too little stock', { stock: 1, coupons: 1 }],
  ['a changed total', { dearer: true }],
  ['a bank that forgets what was voided too early', { forgetful: true, coupons: 1 }],
  ['a forgetful bank that declines', { forgetful: true, card: 'declined' }],
  ['a bank that does not know for a while', { card: 'held_without_answer', silentInquiries: 2 }],
  ['an authorization that dies between the bank and us', { torn: true }],
];

describe('without faults', () => {
  it.each([
    ['an approved card', {}, 201, undefined, 'confirmed'],
    ['a coupon', { coupons: 1 }, 201, undefined, 'confirmed'],
    ['nothing to pay', { free: true }, 201, undefined, 'confirmed'],
    ['a declined card', { card: 'declined' }, 402, 'payment_declined', 'rejected'],
    ['a card that needs 3-D Secure', { card: 'needs_3ds' }, 402, 'authentication_required', 'rejected'],
    ['a card that is held without an answer', { card: 'held_without_answer' }, 202, undefined, 'confirmed'],
    ['a card that is lost without an answer', { card: 'lost_without_answer' }, 202, undefined, 'rejected'],
    ['a coupon that is used up', { coupons: 0 }, 409, 'coupon_exhausted', 'rejected'],
    ['too little stock', { stock: 1 }, 409, 'out_of_stock', 'rejected'],
    ['a changed total', { dearer: true }, 409, 'total_changed', 'rejected'],
    ['a silent bank that holds it', { card: 'held_without_answer', silentInquiries: 2 }, 202, undefined, 'confirmed'],
    ['a silent bank that lost it', { card: 'lost_without_answer', silentInquiries: 2 }, 202, undefined, 'rejected'],
    ['a torn authorization', { torn: true }, 409, 'checkout_failed', 'rejected'],
  ] as const)(
    'with %s the client hears it at once and the order ends as it should',
    async (_, setting, status, code, end) => {
      const world = checkoutWorld(setting);
      expect(await world.request(CART)).toEqual({ status, code, replayed: false });
      if (status >= 400) expect(world.carts.state()).toEqual({ status: 'open' });
      await settle(world, CART);
      expect(await expectAtRest(world, CART, 'stock' in setting ? setting.stock : 10)).toBe(end);
    },
  );

  it('makes no more calls than the budget allows', async () => {
    const world = checkoutWorld();
    await world.request(CART, world.faulty(undefined, 0));
    expect(world.log).toEqual([
      'carts.lock',
      'pricing.quote',
      'orders.place',
      'inventory.reserve',
      'payments.authorize',
      'orders.confirm',
    ]);
  });

  it('rejects before anything is undone, and opens the cart last', async () => {
    const world = checkoutWorld({ card: 'declined', coupons: 1 });
    await world.request(CART, world.faulty(undefined, 0));
    expect(world.log.slice(6)).toEqual([
      'orders.reject',
      'payments.void',
      'inventory.release',
      'pricing.unredeem',
      'carts.unlock',
    ]);
  });
});

describe.each(SETTINGS)('one fault anywhere, with %s', (_, setting) => {
  const stock = setting.stock ?? 10;

  it.each(FAULTS)('%s', async (fault) => {
    const calls = checkoutWorld(setting);
    await calls.request(CART, calls.faulty(undefined, 0));
    for (let position = 0; position < calls.log.length + 5; position += 1) {
      for (const replays of [false, true]) {
        for (const lateLands of ['at once', 'after the reconciler', 'last'] as const) {
          if (fault !== 'late' && lateLands !== 'last') continue;
          const where = `${fault} at call ${position}, ${replays ? 'asked again' : 'asked once'}, late ${lateLands}`;
          const world = checkoutWorld(setting);
          const answers = [await world.request(CART, world.faulty(fault, position))];
          if (lateLands === 'at once') await world.deliverLate();
          if (replays) answers.push(await world.request(CART));
          world.pass(61);
          await world.runReconciler();
          if (lateLands === 'after the reconciler') await world.deliverLate();
          await settle(world, CART);
          await world.deliverLate();
          await settle(world, CART);

          const end = await expectAtRest(world, CART, stock).catch((cause: unknown) => {
            throw new Error(where, { cause });
          });
          for (const { status, code } of answers) {
            const told = `${where}: told ${status} ${code}, but it is ${end}`;
            if (status === 201) expect(end, told).toBe('confirmed');
            const refused = status === 402 || (status === 409 && code !== 'request_in_flight');
            if (refused) expect(end, told).not.toBe('confirmed');
          }
          if (!replays && end !== 'confirmed') {
            await expectCartUsable(world);
            continue;
          }
          const last = await world.request(CART);
          if (end === 'confirmed') expect(last, where).toEqual({ status: 201, code: undefined, replayed: true });
          if (end === 'rejected') expect(last.status, where).toBeGreaterThanOrEqual(400);
          // Where nothing was left, the same request is a first one.
          await settle(world, CART);
          const final = await expectAtRest(world, CART, stock);
          if (end !== 'absent') expect(final, where).toBe(end);
          if (final !== 'confirmed') await expectCartUsable(world);
        }
      }
    }
  });
});
