import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import type { Callable } from '../../lib/runtime/call.ts';
import type { Clock } from '../../lib/runtime/clock.ts';
import { dependencyMissing, requestInFlight, temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Money } from '../../lib/runtime/money.ts';
import { defineRoute, type AnswerOf, type RequestOf, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { Address, hashCartToken, type Unlock } from '../carts/calls.ts';
import { PaymentMethod, PaymentProviderName } from '../payments/calls.ts';
import { isStaff } from './access.ts';
import type { CheckoutInput, CheckoutRun, RunCheckout } from './checkout.ts';
import { freeAbandonedCart } from './free-abandoned-cart.ts';
import { OrderId, orderId as orderIds } from './model.ts';
import { foldOrder } from './order-state.ts';
import { hashOrderToken, orderTokenOf } from './order-token.ts';
import { Order, viewOf } from './order-view.ts';
import { CHECKOUT_REFUSALS, refusalProblem } from './refusal.ts';
import type { OpenOrders, StoredOrder } from './store.ts';

/** No workflow lives longer; one that is older and still pending waits for the reconciler. */
const WORKFLOW_MS = 25_000;

export const CheckoutRequest = z.strictObject({
  cartId: OpaqueId,
  expectedTotal: Money.meta({ description: 'What the shopper agreed to pay: the total of the quote that was shown' }),
  billingAddress: Address.optional(),
  payment: z
    .strictObject({ provider: PaymentProviderName, method: PaymentMethod })
    .optional()
    .meta({ description: 'Needed unless the total is 0' }),
});

const OrderToken = z.string().nullable().meta({ description: "A guest's proof for this order, sent as Order-Token" });
export const CompletedCheckout = z.object({ order: Order, orderToken: OrderToken }).meta({ id: 'CompletedCheckout' });
export const PendingCheckout = z
  .object({ checkoutId: OrderId, status: z.literal('pending'), orderToken: OrderToken })
  .meta({ id: 'PendingCheckout' });

export const createCheckoutRoute = defineRoute({
  method: 'POST',
  path: '/v1/orders/checkouts',
  summary: 'Order what is in a cart, and pay',
  callers: ['publishable', 'customer', 'secret', 'staff'],
  permission: 'orders:write',
  idempotency: 'required',
  body: CheckoutRequest,
  response: z.union([CompletedCheckout, PendingCheckout]),
  status: 201,
  errors: CHECKOUT_REFUSALS,
});

type Request = RequestOf<typeof createCheckoutRoute>;
type CheckoutAnswer = AnswerOf<typeof createCheckoutRoute>;

interface Deps {
  readonly orders: OpenOrders;
  readonly runCheckout: RunCheckout;
  readonly unlockCart: Callable<typeof Unlock>;
  readonly newAttempt: () => string;
  readonly now: Clock;
}

/**
 * The checkout runs as a workflow; this starts it and puts its verdict into words. Only a plain confirmation is taken
 * from the workflow. Everything else is read from the order itself, so that a lost answer, a refusal and a replay say
 * the same.
 */
export const createCheckout =
  (deps: Deps): UseCase<typeof createCheckoutRoute> =>
  async (request) => {
    const { caller, body, guestToken, traceId } = request;
    const { tenant } = caller;
    if (caller.kind === 'publishable' && guestToken === undefined) {
      throw refusalProblem({ code: 'cart_not_found', detail: 'Send the Cart-Token of the cart.' });
    }
    const input = inputOf(request, deps.newAttempt());
    const orderToken =
      input.tokenHash === null || guestToken === undefined ? null : orderTokenOf(guestToken, input.orderId);
    const location = `/v1/orders/${input.orderId}`;

    const run = await deps.runCheckout({ tenant, traceId }, input);
    const confirmed = run.status === 'completed' ? run.results?.confirm : undefined;
    if (confirmed?.status === 'confirmed' && confirmed.order !== null) {
      const order = viewOf(confirmed.order, isStaff(caller));
      return { body: { order, orderToken }, version: confirmed.order.state.version, location };
    }

    const orders = deps.orders(tenant);
    const stored = await orders.find(input.orderId);
    if (stored === undefined) throw withoutVerdict(run);
    await assertOwn(deps, request, input, run, stored);
    await freeAbandonedCart(deps, { tenant, traceId }, body.cartId, run);

    const replayed = stored.control.attempt !== input.attempt;
    const { state } = stored;
    if (state.status === 'pending') {
      const running = !stored.control.parked && age(stored, deps.now()) < WORKFLOW_MS;
      if (replayed && running) {
        throw requestInFlight('This checkout is still running. Ask again in a moment.', { retryAfter: 1 });
      }
      const checkout = `/v1/orders/checkouts/${input.orderId}`;
      const pending = { checkoutId: orderIds.schema.parse(input.orderId), status: 'pending', orderToken } as const;
      return { status: 202, body: pending, location: checkout, replayed };
    }
    if (state.rejection !== null) {
      if (run.status === 'failed' && /ResourceNotFound/.test(run.error?.Error ?? '')) {
        throw dependencyMissing(`The step ${run.step} of the checkout is not deployed in this stage.`, {
          retryAfter: 30,
        });
      }
      throw refusalProblem(state.rejection);
    }
    return { ...(await asConfirmed(deps, request, stored, orderToken)), location, replayed };
  };

const age = ({ state }: StoredOrder, now: Date): number => now.getTime() - new Date(state.createdAt).getTime();

const inputOf = ({ caller, body, idempotency, guestToken }: Request, attempt: string): CheckoutInput => {
  const orderId = orderIds.derive(caller.tenant, idempotency.scope);
  const isGuest = caller.kind !== 'customer' && guestToken !== undefined;
  return {
    orderId,
    attempt,
    requestHash: idempotency.requestHash,
    tokenHash: isGuest ? hashOrderToken(orderTokenOf(guestToken, orderId)) : null,
    customerId: caller.kind === 'customer' ? caller.actorId : null,
    actor: actorOf(caller),
    cartId: body.cartId,
    guestTokenHash: guestToken === undefined ? null : hashCartToken(guestToken),
    asStaff: isStaff(caller),
    expectedTotal: body.expectedTotal,
    billingAddress: body.billingAddress ?? null,
    payment: body.payment ?? null,
    country: caller.settings.country,
    taxMode: caller.settings.taxMode,
    capture: caller.settings.capture,
    orderPrefix: caller.settings.orderPrefix,
  };
};

/** There is no order and no verdict. Nothing is stored either, so the same request may be sent again. */
const withoutVerdict = (run: CheckoutRun): Error =>
  temporarilyUnavailable('The checkout gave no answer. Send the same request with the same Idempotency-Key again.', {
    retryAfter: 2,
    cause: run.status === 'unknown' ? run.cause : new Error(`The workflow ended as ${run.status} and left no order`),
  });

/**
 * Is the order under this key this very request's?
 * @throws idempotency_key_reused (422), or cart_not_found (404) for a guest without its token
 */
const assertOwn = async (
  { unlockCart }: Deps,
  { caller, body, idempotency, traceId }: Request,
  { orderId, tokenHash }: CheckoutInput,
  run: CheckoutRun,
  stored: StoredOrder,
): Promise<void> => {
  const locked = run.status !== 'unknown' && run.results?.lock?.status === 'locked';
  // Another cart than the order's own was locked for it in vain; the order's end will not open that one again.
  if (locked && stored.state.cartId !== body.cartId) {
    await unlockCart({ tenant: caller.tenant, traceId }, { cartId: body.cartId, orderId });
  }
  // An abandoned checkout was closed by somebody who did not know its request.
  if (stored.control.requestHash === '') return;
  assertSameRequest(stored.control.requestHash, idempotency);
  if (stored.control.tokenHash === tokenHash) return;
  throw refusalProblem({ code: 'cart_not_found', detail: 'The Cart-Token is not that of the cart.' });
};

/** The answer that the first request got: the order as it was when it was confirmed. */
const asConfirmed = async (
  { orders }: Deps,
  { caller }: Request,
  stored: StoredOrder,
  orderToken: string | null,
): Promise<CheckoutAnswer> => {
  const events = await orders(caller.tenant).history(stored);
  const until = events.findIndex(({ type }) => type === 'OrderConfirmed') + 1;
  const state = foldOrder(stored.state.orderId, events.slice(0, until));
  if (state === undefined) throw new Error(`The order ${stored.state.orderId} has no confirmation in its history`);
  const order = viewOf({ state, particulars: stored.particulars }, isStaff(caller));
  return { body: { order, orderToken }, version: state.version };
};
