import type * as z from 'zod';
import { on, type Reaction } from '../../lib/runtime/consume.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import { EnvelopeFields, type OutgoingEvent } from '../../lib/runtime/events.ts';
import { Lock, Unlock } from '../../functions/carts/calls.ts';
import { Release, Reserve } from '../../functions/inventory/calls.ts';
import { Confirm, Place, Reject } from '../../functions/orders/calls.ts';
import { CheckoutOutput } from '../../functions/orders/checkout.ts';
import { confirm } from '../../functions/orders/confirm.ts';
import { createCheckout } from '../../functions/orders/create-checkout.ts';
import { OrderConfirmed, OrderRejected } from '../../functions/orders/events.ts';
import { memoryOrders } from '../../functions/orders/memory-order-store.ts';
import { orderId as orderIds } from '../../functions/orders/model.ts';
import { onPaymentEvent } from '../../functions/orders/on-payment-event.ts';
import { orderNumbers } from '../../functions/orders/order-numbers.ts';
import { place } from '../../functions/orders/place.ts';
import { reconcile } from '../../functions/orders/reconcile.ts';
import { reject } from '../../functions/orders/reject.ts';
import { eventsBeyond as orderEvents } from '../../functions/orders/to-events.ts';
import { authorize } from '../../functions/payments/authorize.ts';
import { Authorize, Inquire, Void } from '../../functions/payments/calls.ts';
import { PaymentCaptured, PaymentVoided } from '../../functions/payments/events.ts';
import { inquire } from '../../functions/payments/inquire.ts';
import { memoryPayments } from '../../functions/payments/memory-payment-store.ts';
import { paymentIdOf } from '../../functions/payments/model.ts';
import type { OpenPayments } from '../../functions/payments/store.ts';
import { captureConfirmed, voidRejected } from '../../functions/payments/on-order-event.ts';
import { eventsBeyond as paymentEvents } from '../../functions/payments/to-events.ts';
import { voidPayment } from '../../functions/payments/void.ts';
import { QuoteCall, Redeem, Unredeem } from '../../functions/pricing/calls.ts';
import { CHECKOUT_STEPS } from '../../stacks/checkout-saga.ts';
import { fakeCarts, fakePricing, fakeStock } from './fake-domains.ts';
import { EUR, guest, idempotencyOf, quoteOf, requestBy, START, tenantA } from './fixtures.ts';
import { Death, type RunCall, runSaga } from './run-saga.ts';
import { type Card, strictBank } from './strict-bank.ts';

export interface Setting {
  readonly card?: Card;
  readonly forgetful?: boolean;
  readonly silentInquiries?: number;
  /** The first authorization dies between the bank and our own record. */
  readonly torn?: boolean;
  readonly stock?: number;
  /** Uses of the cart's coupon that are left; undefined when it has none. */
  readonly coupons?: number | undefined;
  readonly free?: boolean;
  /** A change of price between the cart and the checkout. */
  readonly dearer?: boolean;
}

/** What may happen to one call of a workflow. `late`: it takes effect only after the workflow has given it up. */
export type Fault = 'lost before' | 'lost after' | 'late' | 'twice' | 'death before' | 'death after';
export const FAULTS: readonly Fault[] = ['lost before', 'lost after', 'late', 'twice', 'death before', 'death after'];

/**
 * The checkout with everything around it: the real steps, saga, handler, reconciler and reactions of orders and payments
 * on memory stores, a strict bank, and the neighbours by their contracts.
 */
export const checkoutWorld = (setting: Setting = {}) => {
  let seconds = 0;
  const now = (): Date => new Date(START.getTime() + seconds * 1000);
  const total = setting.free === true ? 0 : 2000;
  const quote = quoteOf({ total, limitedCodes: setting.coupons === undefined ? [] : ['TEN'] });
  const carts = fakeCarts('one', now);
  const pricing = fakePricing(setting.dearer === true ? { ...quote, total: total + 1 } : quote, setting.coupons ?? 0);
  const stock = fakeStock(setting.stock ?? 10);
  const { card = 'approved', forgetful, silentInquiries } = setting;
  const bank = strictBank({ card, forgetful, silentInquiries });
  const { open: orders, dueOrders } = memoryOrders();
  const openPayments = memoryPayments();
  let torn = setting.torn === true;
  const payments: OpenPayments = (tenant) => ({
    ...openPayments(tenant),
    open: async (payment) => {
      if (!torn) return openPayments(tenant).open(payment);
      torn = false;
      throw new Error('torn');
    },
  });
  const settling = { payments, provider: () => bank.provider, now };
  const context = { tenant: tenantA, traceId: 'trace-1' };

  const nextNumber = orderNumbers({ allocate: async () => 10_000 });
  const doing = <Input extends z.ZodType, Output extends z.ZodType>(
    contract: { readonly domain: string; readonly name: string; readonly input: Input; readonly output: Output },
    work: (input: z.output<Input>) => Promise<z.input<Output>>,
  ): readonly [string, (input: unknown) => Promise<unknown>] => [
    `${contract.domain}.${contract.name}`,
    // By JSON, as Lambda passes it on.
    async (input) => {
      const parsed = contract.input.parse(JSON.parse(JSON.stringify(input)));
      return contract.output.parse(JSON.parse(JSON.stringify(await work(parsed))));
    },
  ];
  const calls = new Map<string, (input: unknown) => Promise<unknown>>([
    doing(Lock, carts.lock),
    doing(Unlock, carts.unlock),
    doing(QuoteCall, pricing.quote),
    doing(Redeem, pricing.redeem),
    doing(Unredeem, pricing.unredeem),
    doing(Reserve, stock.reserve),
    doing(Release, stock.release),
    doing(Place, (input) => place({ orders, nextNumber, now })(context, input)),
    doing(Confirm, (input) => confirm({ orders, now })(context, input)),
    doing(Reject, (input) => reject({ orders, now })(context, input)),
    doing(Authorize, (input) => authorize(settling)(context, input)),
    doing(Void, (input) => voidPayment(settling)(context, input)),
    doing(Inquire, (input) => inquire(settling)(context, input)),
  ]);
  const execute: RunCall = ({ domain, name }, input) => {
    const work = calls.get(`${domain}.${name}`);
    if (work === undefined) throw new Error(`nobody does ${domain}.${name}`);
    return work(input);
  };

  const late: (() => Promise<unknown>)[] = [];
  const log: string[] = [];
  /** A call through which one fault happens, to the call with this number. */
  const faulty = (fault: Fault | undefined, position: number): RunCall => {
    let made = 0;
    return async (call, input) => {
      const current = made;
      made += 1;
      log.push(`${call.domain}.${call.name}`);
      if (fault === undefined || current !== position) return execute(call, input);
      switch (fault) {
        case 'lost before':
          throw new Error('lost before');
        case 'lost after':
          await execute(call, input);
          throw new Error('lost after');
        case 'late':
          late.push(() => execute(call, input));
          throw new Error('late');
        case 'twice':
          await execute(call, input);
          return execute(call, input);
        case 'death before':
          throw new Death();
        case 'death after':
          await execute(call, input);
          throw new Death();
      }
    };
  };

  let attempts = 0;
  /** One request of the shopper's client: status and code of the answer. */
  const request = async (key: string, through: RunCall = execute, token = 'cart-token') => {
    const useCase = createCheckout({
      orders,
      runCheckout: async (_, input) => {
        try {
          return CheckoutOutput.parse(await runSaga(CHECKOUT_STEPS, input, through));
        } catch (cause) {
          if (cause instanceof Death) return { status: 'unknown', cause };
          throw cause;
        }
      },
      unlockCart: async (_, input) => carts.unlock(input),
      newAttempt: () => `attempt-${(attempts += 1)}`,
      now,
    });
    try {
      const answer = await useCase({
        ...requestBy(guest, token),
        params: undefined,
        query: undefined,
        body: {
          cartId: carts.cart.cartId,
          expectedTotal: { amount: total, currency: EUR },
          ...(total === 0 ? {} : { payment: { provider: 'test', method: 'card' } }),
        },
        idempotency: idempotencyOf(key),
      });
      return { status: answer.status ?? 201, code: undefined, replayed: answer.replayed ?? false };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { status: error.status, code: error.code, replayed: false };
    }
  };
  const orderIdOf = (key: string): string => orderIds.derive(tenantA, idempotencyOf(key).scope);
  const orderOf = (key: string) => orders(tenantA).find(orderIdOf(key));

  const reactions: readonly Reaction[] = [
    on(OrderConfirmed, ({ detail }) => carts.close(detail.orderId)),
    on(OrderConfirmed, ({ detail }) => stock.commit(detail.orderId)),
    on(OrderConfirmed, captureConfirmed(settling)),
    on(OrderRejected, async ({ detail }) => void (await carts.unlock(detail))),
    on(OrderRejected, async ({ detail }) => void (await stock.release(detail))),
    on(OrderRejected, async ({ detail }) => void (await pricing.unredeem(detail))),
    on(OrderRejected, voidRejected(settling)),
    on(PaymentCaptured, onPaymentEvent({ orders }, 'PaymentCaptured')),
    on(PaymentVoided, onPaymentEvent({ orders }, 'PaymentVoided')),
  ];
  const published = new Map<string, number>();
  const fresh = async (orderId: string): Promise<readonly OutgoingEvent[]> => {
    const order = await orders(tenantA).find(orderId);
    const payment = await payments(tenantA).find(paymentIdOf(tenantA, orderId));
    const events: OutgoingEvent[] = [];
    if (order !== undefined) {
      events.push(...orderEvents(tenantA, order, published.get(orderId) ?? 0));
      published.set(orderId, order.state.version);
    }
    if (payment !== undefined && payment !== 'closed') {
      events.push(...paymentEvents(tenantA, payment, published.get(payment.id) ?? 0));
      published.set(payment.id, payment.sequence);
    }
    return events;
  };
  /** Delivers every event, each twice, the newest first, until nothing is new. */
  const drain = async (...keys: readonly string[]): Promise<void> => {
    for (;;) {
      const events = (await Promise.all(keys.map((key) => fresh(orderIdOf(key))))).flat().toReversed();
      if (events.length === 0) return;
      for (const { source, detailType, envelope } of [...events, ...events]) {
        for (const reaction of reactions) {
          if (reaction.source !== source || reaction.detailType !== detailType) continue;
          const arrived = {
            fields: EnvelopeFields.parse(envelope),
            detail: JSON.parse(JSON.stringify(envelope.detail)),
          };
          for (const outcome of await reaction.react([arrived])) {
            if (outcome.status === 'rejected') throw outcome.reason;
          }
        }
      }
    }
  };

  const failures: unknown[] = [];
  const runReconciler = () =>
    reconcile({
      orders,
      dueOrders,
      inquire: (_, input) => inquire(settling)(context, input),
      redeem: (_, input) => pricing.redeem(input),
      reserve: (_, input) => stock.reserve(input),
      now,
      onFailure: (_, error) => failures.push(error),
    })(context);

  return {
    tenant: tenantA,
    carts,
    pricing,
    stock,
    bank,
    log,
    orders,
    payments,
    execute,
    faulty,
    request,
    orderOf,
    orderIdOf,
    paymentIdOf: (key: string) => paymentIdOf(tenantA, orderIdOf(key)),
    drain,
    runReconciler,
    failures,
    pass: (more: number) => {
      seconds += more;
    },
    deliverLate: async () => {
      for (const work of late.splice(0)) await work();
    },
  };
};
export type CheckoutWorld = ReturnType<typeof checkoutWorld>;
