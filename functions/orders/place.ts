import type * as z from 'zod';
import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { Place, PlaceInput } from './calls.ts';
import type { OrderNumbers } from './order-numbers.ts';
import { emailHash } from './particulars.ts';
import type { OpenOrders } from './store.ts';

/** An order that is pending for longer is taken over: a workflow lives for 25 s at most. */
const DUE_AFTER_SECONDS = 45;

interface Deps {
  readonly orders: OpenOrders;
  readonly nextNumber: OrderNumbers;
  readonly now: Clock;
}

type PlaceOutput = z.output<typeof Place.output>;

/** Checkout, step 3: writes the order down as pending, if it costs what the shopper agreed to. */
export const place =
  ({ orders, nextNumber, now }: Deps) =>
  async ({ tenant, traceId }: TenantCallContext, input: PlaceInput): Promise<PlaceOutput> => {
    const { orderId, attempt, cart, quote, expectedTotal, customerId } = input;
    if (quote.total !== expectedTotal.amount || quote.currency !== expectedTotal.currency) {
      return { status: 'total_changed' };
    }
    const toPay = quote.total > 0;
    if (toPay && input.payment === null) return { status: 'payment_missing' };

    const placedAt = now();
    const owner = { customerId: customerId ?? cart.customerId, tokenHash: input.tokenHash };
    const number = `${input.orderPrefix}${await nextNumber(tenant)}`;
    const placed = await orders(tenant).place({
      orderId,
      attempt,
      requestHash: input.requestHash,
      owner,
      dueAt: new Date(secondsAfter(placedAt, DUE_AFTER_SECONDS)),
      particulars: {
        email: cart.email,
        shippingAddress: cart.shippingAddress,
        billingAddress: input.billingAddress,
        note: null,
        metadata: {},
      },
      event: {
        type: 'OrderPlaced',
        at: toInstant(placedAt),
        actor: input.actor,
        traceId,
        data: {
          number,
          cartId: cart.cartId,
          customerId: owner.customerId,
          locale: cart.locale,
          codes: cart.codes,
          quote,
          capture: input.capture,
          provider: toPay ? (input.payment?.provider ?? null) : null,
        },
      },
    });
    if (placed.outcome === 'exists') {
      // Lambda may have run this very step before and lost its answer; then the order is this attempt's own.
      const { control, state } = placed.order;
      const own = control.attempt === attempt && control.epoch === 1 && state.status === 'pending';
      if (!own) return { status: 'exists' };
    }
    return {
      status: 'placed',
      redeem: quote.limitedCodes.length > 0,
      codes: quote.limitedCodes,
      customerKey: owner.customerId ?? emailHash(tenant, cart.email),
      authorize: toPay,
      amount: quote.total,
      currency: quote.currency,
    };
  };
