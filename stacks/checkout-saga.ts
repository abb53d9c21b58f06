import type { SagaStep } from '../lib/constructs/saga-definition.ts';
import { Lock, Unlock } from '../functions/carts/calls.ts';
import { Release, Reserve } from '../functions/inventory/calls.ts';
import { Confirm, Place, Reject } from '../functions/orders/calls.ts';
import { Authorize, Void } from '../functions/payments/calls.ts';
import { QuoteCall, Redeem, Unredeem } from '../functions/pricing/calls.ts';

/** More than the steps may take together, less than half of what makes an order due for the reconciler. */
export const CHECKOUT_TIMEOUT_SECONDS = 25;

const order = { 'orderId.$': '$.input.orderId' };
const attempt = { ...order, 'attempt.$': '$.input.attempt' };
const proofs = {
  'requestHash.$': '$.input.requestHash',
  'tokenHash.$': '$.input.tokenHash',
  'customerId.$': '$.input.customerId',
  'actor.$': '$.input.actor',
};

/**
 * The checkout. Its input is `CheckoutInput` of functions/orders/checkout.ts.
 *
 * The undo begins by rejecting the order, from the first step on: where there is no order yet, the rejected one that it
 * leaves stops a `place` that is only late. It is the gate to all other undos, because an order that was confirmed
 * after all (a confirmation whose answer was lost), or that another run of the same checkout works on, must keep its
 * stock, its payment and its cart.
 */
export const CHECKOUT_STEPS: readonly SagaStep[] = [
  {
    name: 'lock',
    run: Lock,
    input: {
      ...order,
      'cartId.$': '$.input.cartId',
      'guestTokenHash.$': '$.input.guestTokenHash',
      'customerId.$': '$.input.customerId',
      'asStaff.$': '$.input.asStaff',
    },
    timeoutSeconds: 3,
    proceedOn: ['locked'],
    undo: [
      {
        call: Reject,
        input: {
          ...attempt,
          ...proofs,
          'cartId.$': '$.input.cartId',
          'failure.$': '$.end',
          'results.$': '$.results',
        },
        order: 0,
        proceedOn: ['rejected'],
      },
      { call: Unlock, input: { ...order, 'cartId.$': '$.input.cartId' } },
    ],
  },
  {
    name: 'quote',
    run: QuoteCall,
    input: {
      'currency.$': '$.results.lock.cart.currency',
      'country.$': '$.input.country',
      'lines.$': '$.results.lock.cart.lines',
      'codes.$': '$.results.lock.cart.codes',
      'shippingAddress.$': '$.results.lock.cart.shippingAddress',
      'shippingMethodId.$': '$.results.lock.cart.shippingMethodId',
      'customerId.$': '$.results.lock.cart.customerId',
      'taxMode.$': '$.input.taxMode',
      complete: true,
    },
    timeoutSeconds: 2,
    proceedOn: ['quoted'],
  },
  {
    name: 'place',
    run: Place,
    input: {
      ...attempt,
      ...proofs,
      'cart.$': '$.results.lock.cart',
      'quote.$': '$.results.quote.quote',
      'expectedTotal.$': '$.input.expectedTotal',
      'billingAddress.$': '$.input.billingAddress',
      'payment.$': '$.input.payment',
      'capture.$': '$.input.capture',
      'orderPrefix.$': '$.input.orderPrefix',
    },
    timeoutSeconds: 2,
    proceedOn: ['placed'],
  },
  {
    name: 'redeem',
    run: Redeem,
    input: { ...order, 'codes.$': '$.results.place.codes', 'customerKey.$': '$.results.place.customerKey' },
    timeoutSeconds: 2,
    when: '$.results.place.redeem',
    proceedOn: ['redeemed'],
    undo: { call: Unredeem, input: order },
  },
  {
    name: 'reserve',
    run: Reserve,
    input: { ...order, 'lines.$': '$.results.lock.cart.lines' },
    timeoutSeconds: 5,
    proceedOn: ['reserved'],
    undo: { call: Release, input: order },
  },
  {
    name: 'authorize',
    run: Authorize,
    input: {
      ...order,
      'amount.$': '$.results.place.amount',
      'currency.$': '$.results.place.currency',
      'provider.$': '$.input.payment.provider',
      'method.$': '$.input.payment.method',
    },
    timeoutSeconds: 3,
    when: '$.results.place.authorize',
    // What is unknown is not refused: `confirm` leaves the order pending, and the reconciler asks for the truth.
    proceedOn: ['authorized', 'unknown'],
    undo: { call: Void, input: { ...order, 'provider.$': '$.input.payment.provider' } },
  },
  {
    name: 'confirm',
    run: Confirm,
    input: { ...order, epoch: 1, 'authorization.$': '$.results.authorize' },
    timeoutSeconds: 2,
    proceedOn: ['confirmed', 'pending'],
  },
];
