import { describe, expect, it, vi } from 'vitest';
import { createCheckout, createCheckoutRoute } from '../../functions/orders/create-checkout.ts';
import type { CheckoutInput, CheckoutOutput, CheckoutRun } from '../../functions/orders/checkout.ts';
import { getCheckout } from '../../functions/orders/get-checkout.ts';
import { OrderId } from '../../functions/orders/model.ts';
import { memoryOrders } from '../../functions/orders/memory-order-store.ts';
import { orderTokenOf, provesGuest } from '../../functions/orders/order-token.ts';
import type { Refusal } from '../../functions/orders/refusal.ts';
import type { OrderStore } from '../../functions/orders/store.ts';
import { hashCartToken } from '../../functions/carts/calls.ts';
import type { TenantCaller } from '../../lib/runtime/tenant.ts';
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
  paymentOf,
  requestBy,
  staff,
  tenantA,
  variantOf,
} from './fixtures.ts';

const body = {
  cartId: cartOf('one'),
  expectedTotal: { amount: 2000, currency: EUR },
  payment: { provider: 'test' as const, method: 'card_approved' },
};
const TOKEN = 'cart-token';

/** A shop whose workflow does what the test says. */
const shop = (workflow: (input: CheckoutInput, orders: OrderStore) => Promise<CheckoutRun>) => {
  const { open } = memoryOrders();
  const orders = open(tenantA);
  const unlockCart = vi.fn(async () => ({ status: 'unlocked' as const }));
  const inputs: CheckoutInput[] = [];
  let seconds = 0;
  let attempts = 0;
  const useCase = createCheckout({
    orders: open,
    runCheckout: async (_, input) => {
      inputs.push(input);
      return workflow(input, orders);
    },
    unlockCart,
    newAttempt: () => `attempt-${(attempts += 1)}`,
    now: () => new Date(at(seconds)),
  });
  return {
    open,
    orders,
    inputs,
    unlockCart,
    pass: (more: number) => {
      seconds += more;
    },
    checkOut: (
      facts: { key?: string; caller?: TenantCaller; token?: string | null; hash?: string; cartId?: string } = {},
    ) =>
      useCase({
        ...requestBy(facts.caller ?? guest, facts.token === null ? undefined : (facts.token ?? TOKEN)),
        params: undefined,
        query: undefined,
        body: { ...body, cartId: facts.cartId ?? body.cartId },
        idempotency: idempotencyOf(facts.key ?? 'key', facts.hash),
      }),
  };
};

const placed = (input: CheckoutInput, orders: OrderStore) =>
  orders.place({
    ...newOrderOf('unused'),
    orderId: input.orderId,
    attempt: input.attempt,
    requestHash: input.requestHash,
    owner: { customerId: input.customerId, tokenHash: input.tokenHash },
  });
const confirmed = async (input: CheckoutInput, orders: OrderStore, mention = true): Promise<CheckoutRun> => {
  const there = await orders.find(input.orderId);
  if (there !== undefined) return { status: 'kept', step: 'place', refusal: {}, results: {} };
  await placed(input, orders);
  const event = eventOf('OrderConfirmed', { paymentId: paymentOf('one') }, 1);
  const { order } = await orders.confirm(input.orderId, { epoch: 1, version: 1 }, event);
  return {
    status: 'completed',
    results: { confirm: { status: 'confirmed', order: mention ? order : null } },
  };
};

describe('a checkout', () => {
  it('tells the workflow all that it needs, and of secrets only their hashes', async () => {
    const { checkOut, inputs } = shop(confirmed);
    await checkOut();
    expect(inputs).toEqual([
      {
        orderId: expect.stringMatching(/^ord_/),
        attempt: 'attempt-1',
        requestHash: 'hash of key',
        tokenHash: expect.any(String),
        customerId: null,
        actor: { type: 'publishable_key', id: 'key_1' },
        cartId: cartOf('one'),
        guestTokenHash: hashCartToken(TOKEN),
        asStaff: false,
        expectedTotal: { amount: 2000, currency: 'EUR' },
        billingAddress: null,
        payment: body.payment,
        country: 'DE',
        taxMode: 'inclusive',
        capture: 'now',
        orderPrefix: 'A-',
      },
    ]);
    expect(JSON.stringify(inputs)).not.toContain(TOKEN);
  });

  it.each([
    ['a customer', customer('ann'), { customerId: customerOf('ann'), asStaff: false, tokenHash: null }],
    ['staff', staff, { customerId: null, asStaff: true, tokenHash: null }],
  ])('of %s needs no token and gives none', async (_, caller, expected) => {
    const { checkOut, inputs } = shop(confirmed);
    expect((await checkOut({ caller, token: null })).body).toMatchObject({ orderToken: null });
    expect(inputs[0]).toMatchObject(expected);
  });

  it('of a guest without the Cart-Token is of no cart', async () => {
    const { checkOut, inputs } = shop(confirmed);
    await expect(checkOut({ token: null })).rejects.toMatchObject({ status: 404, code: 'cart_not_found' });
    expect(inputs).toEqual([]);
  });

  it('answers with the order and the guest’s proof, without reading anything', async () => {
    const { checkOut, open, inputs } = shop(confirmed);
    const find = vi.spyOn(open(tenantA), 'find');
    const answer = await checkOut();
    expect(find).not.toHaveBeenCalled();
    expect(answer).toMatchObject({
      body: { order: { status: 'confirmed', number: 'A-10000', total: 2000 } },
      version: 2,
    });
    expect(createCheckoutRoute.response.parse(answer.body)).toEqual(answer.body);
    const orderId = inputs[0]?.orderId ?? '';
    expect(answer.body).toMatchObject({ orderToken: orderTokenOf(TOKEN, orderId) });
    expect(answer.location).toBe(`/v1/orders/${orderId}`);
    expect(provesGuest(inputs[0]?.tokenHash ?? null, orderId, orderTokenOf(TOKEN, orderId))).toBe(true);
    expect(provesGuest(inputs[0]?.tokenHash ?? null, orderId, orderTokenOf('other', orderId))).toBe(false);
    expect(provesGuest(inputs[0]?.tokenHash ?? null, orderId, inputs[0]?.tokenHash ?? '')).toBe(false);
  });

  it('reads a long order, which the workflow cannot carry', async () => {
    const { checkOut } = shop((input, orders) => confirmed(input, orders, false));
    expect((await checkOut()).body).toMatchObject({ order: { status: 'confirmed' } });
  });

  it('that is asked for again answers what it answered, whatever became of the order', async () => {
    const { checkOut, orders, inputs } = shop(confirmed);
    const first = await checkOut();
    const order = await orders.find(inputs[0]?.orderId ?? '');
    if (order === undefined) throw new Error('no order');
    await orders.append(order, eventOf('OrderFulfilled', { tracking: null, request: { scope: 's', hash: 'h' } }, 9));
    expect(await checkOut()).toEqual({ ...first, replayed: true });
  });

  it('refuses another request under the same key, and opens the cart that it locked in vain', async () => {
    let run: (input: CheckoutInput, orders: OrderStore) => Promise<CheckoutRun> = confirmed;
    const { checkOut, unlockCart, inputs } = shop((input, orders) => run(input, orders));
    await checkOut();
    run = async () => ({ status: 'kept', step: 'place', refusal: {}, results: { lock: { status: 'locked' } } });
    const another = checkOut({ hash: 'another', cartId: cartOf('two') });
    await expect(another).rejects.toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    const locked = { cartId: cartOf('two'), orderId: inputs[0]?.orderId };
    expect(unlockCart).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ tenant: tenantA }), locked);
  });

  it('shows nothing to who knows the key but not the Cart-Token', async () => {
    const { checkOut } = shop(confirmed);
    await checkOut();
    await expect(checkOut({ token: 'guess' })).rejects.toMatchObject({ status: 404, code: 'cart_not_found' });
  });

  describe('without a verdict', () => {
    const pending = async (input: CheckoutInput, orders: OrderStore): Promise<CheckoutRun> => {
      await placed(input, orders);
      return { status: 'unknown', cause: new Error('timed out') };
    };

    it('is pending, and says where to ask', async () => {
      const { checkOut, inputs, open } = shop(pending);
      const id = () => inputs[0]?.orderId ?? '';
      const answer = await checkOut();
      expect(answer).toMatchObject({
        status: 202,
        body: { checkoutId: id(), status: 'pending', orderToken: orderTokenOf(TOKEN, id()) },
        location: `/v1/orders/checkouts/${id()}`,
      });
      expect(createCheckoutRoute.response.parse(answer.body)).toEqual(answer.body);
      const ask = (token: string) =>
        getCheckout({ orders: open })({
          ...requestBy(guest, token),
          params: { checkoutId: OrderId.parse(id()) },
          query: undefined,
          body: undefined,
          idempotency: undefined,
        });
      expect((await ask(TOKEN)).body).toMatchObject({ status: 'pending', order: null, refusal: null });
      await expect(ask('guess')).rejects.toMatchObject({ status: 404 });
    });

    it('is in flight for who asks again soon, and pending for who asks later', async () => {
      const { checkOut, pass } = shop(pending);
      await checkOut();
      await expect(checkOut()).rejects.toMatchObject({ status: 409, code: 'request_in_flight', retryAfter: 1 });
      pass(26);
      expect(await checkOut()).toMatchObject({ status: 202, replayed: true });
    });

    it('is pending at once for who asks again when its workflow has ended without one', async () => {
      const { checkOut } = shop(async (input, orders) => {
        const run = await pending(input, orders);
        await orders.park(input.orderId, 1);
        return run;
      });
      const first = await checkOut();
      expect(await checkOut()).toEqual({ ...first, replayed: true });
    });

    it('and without an order can be sent again', async () => {
      const { checkOut } = shop(async () => ({ status: 'unknown', cause: new Error('lost') }));
      await expect(checkOut()).rejects.toMatchObject({ status: 503, code: 'temporarily_unavailable', retryAfter: 2 });
    });
  });

  describe('that is refused', () => {
    const refusing =
      (refusal: Partial<Refusal>, run: Partial<CheckoutOutput> = {}) =>
      async (input: CheckoutInput, orders: OrderStore): Promise<CheckoutRun> => {
        await orders.reject({
          orderId: input.orderId,
          attempt: input.attempt,
          requestHash: input.requestHash,
          owner: { customerId: input.customerId, tokenHash: input.tokenHash },
          event: eventOf('OrderRejected', {
            cartId: cartOf('one'),
            refusal: { code: 'out_of_stock', detail: 'gone', ...refusal },
          }),
        });
        return { status: 'refused', step: 'reserve', refusal: {}, results: {}, ...run };
      };

    it('says why, with what belongs to it, and says the same when it is asked again', async () => {
      const lines = [{ variantId: variantOf('v0'), requested: 2, available: 1 }];
      const { checkOut } = shop(refusing({ lines }));
      const expected = { status: 409, code: 'out_of_stock', message: 'gone', extensions: { lines } };
      await expect(checkOut()).rejects.toMatchObject(expected);
      await expect(checkOut()).rejects.toMatchObject(expected);
    });

    it.each([
      ['payment_declined', 402],
      ['authentication_required', 402],
      ['total_changed', 409],
      ['coupon_exhausted', 409],
      ['cart_closed', 409],
      ['too_many_lines', 422],
      ['cart_not_found', 404],
      ['checkout_failed', 409],
    ])('answers %s with %i', async (code, status) => {
      await expect(shop(refusing({ code })).checkOut()).rejects.toMatchObject({ code, status });
    });

    it('names a step that is not deployed', async () => {
      const run = { status: 'failed', error: { Error: 'Lambda.ResourceNotFoundException' } } as const;
      const { checkOut } = shop(refusing({ code: 'checkout_failed' }, run));
      await expect(checkOut()).rejects.toMatchObject({ status: 503, code: 'dependency_missing' });
    });

    it('shows its refusal to its guest under the checkout', async () => {
      const { checkOut, open, inputs } = shop(refusing({}));
      await expect(checkOut()).rejects.toThrow('gone');
      const { body: checkout } = await getCheckout({ orders: open })({
        ...requestBy(guest, TOKEN),
        params: { checkoutId: OrderId.parse(inputs[0]?.orderId) },
        query: undefined,
        body: undefined,
        idempotency: undefined,
      });
      expect(checkout).toMatchObject({
        status: 'refused',
        order: null,
        refusal: { code: 'out_of_stock', detail: 'gone' },
      });
    });
  });
});
