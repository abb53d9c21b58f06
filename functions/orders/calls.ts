import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency, Money } from '../../lib/runtime/money.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { KnownAddress, LockedCart } from '../carts/calls.ts';
import { Authorize, PaymentMethod, PaymentProviderName } from '../payments/calls.ts';
import { Quote } from '../pricing/calls.ts';
import { OrderState } from './order-state.ts';
import { Particulars } from './particulars.ts';

/**
 * The steps of the checkout that orders itself owns. `attempt` names one run of the workflow: a second run for the same
 * order (the shopper's client asked twice) can neither confirm nor reject what the first one is working on.
 */
const Attempt = { orderId: OpaqueId, attempt: z.string().max(100) };

/** What shows later whether a request, a guest or a customer is the same one. */
const Proofs = { requestHash: z.string(), tokenHash: z.string().nullable(), customerId: OpaqueId.nullable() };

export const PlaceInput = z.object({
  ...Attempt,
  ...Proofs,
  actor: Actor,
  cart: LockedCart,
  quote: Quote,
  expectedTotal: z.object(Money.shape),
  billingAddress: KnownAddress.nullable(),
  payment: z.object({ provider: PaymentProviderName, method: PaymentMethod }).nullable(),
  capture: z.enum(['now', 'fulfilment']),
  orderPrefix: z.string(),
});
export type PlaceInput = z.output<typeof PlaceInput>;

/**
 * Writes the order down as pending. The flags say which of the following steps are needed. `exists`: there is an order
 * of that id already, by another attempt. `total_changed`: not what the shopper agreed to pay.
 */
export const Place = defineCall(
  'orders',
  'place',
  PlaceInput,
  z.discriminatedUnion('status', [
    z.object({
      status: z.literal('placed'),
      redeem: z.boolean(),
      codes: z.array(z.string()),
      customerKey: z.string(),
      authorize: z.boolean(),
      amount: Amount,
      currency: Currency,
    }),
    z.object({ status: z.enum(['exists', 'total_changed', 'payment_missing']) }),
  ]),
);

/** An order without what only the workflow needs to know. */
export const PlacedOrder = z.object({ state: OrderState, particulars: Particulars });

export const ConfirmInput = z.object({
  orderId: OpaqueId,
  epoch: z.number().int().min(1),
  /** The result of the payment step; `skipped` when there was nothing to pay. */
  authorization: z.union([Authorize.output, z.object({ status: z.literal('skipped') })]),
});

/**
 * The commit point. `pending`: not decided here, because the payment's truth is unknown or somebody else has taken over.
 * The order comes along while it is small, so that answering the shopper needs no read.
 */
export const Confirm = defineCall(
  'orders',
  'confirm',
  ConfirmInput,
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('confirmed'), order: PlacedOrder.nullable() }),
    z.object({ status: z.enum(['pending', 'rejected']) }),
  ]),
);

/** How a workflow failed, as the state machine tells it. */
const Failure = z.object({
  step: z.string(),
  /** The result with which the step refused; null when it failed. */
  refusal: z.record(z.string(), z.unknown()).nullable().default(null),
});

export const RejectInput = z.object({
  ...Attempt,
  ...Proofs,
  actor: Actor,
  cartId: OpaqueId,
  failure: Failure,
  /** The results of the steps so far: a changed total is refused with the new quote. */
  results: z.record(z.string(), z.unknown()),
});

/**
 * Closes an order before anything of it is undone; where there is none yet, a late `place` is refused from then on.
 * `kept`: it is not this attempt's to reject (any more), so nothing may be undone.
 */
export const Reject = defineCall('orders', 'reject', RejectInput, z.object({ status: z.enum(['rejected', 'kept']) }));
