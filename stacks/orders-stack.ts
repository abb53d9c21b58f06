import type { App } from 'aws-cdk-lib/core';
import { Unlock } from '../functions/carts/calls.ts';
import { cancelOrderRoute } from '../functions/orders/cancel-order.ts';
import { createCheckoutRoute } from '../functions/orders/create-checkout.ts';
import { CreateCheckoutEnv, OrdersEnv, ReconcileEnv } from '../functions/orders/env.ts';
import { fulfilOrderRoute } from '../functions/orders/fulfil-order.ts';
import { getCheckoutRoute } from '../functions/orders/get-checkout.ts';
import { getOrderRoute } from '../functions/orders/get-order.ts';
import { listOrderEventsRoute } from '../functions/orders/list-order-events.ts';
import { listOrdersRoute } from '../functions/orders/list-orders.ts';
import { DUE } from '../functions/orders/order-index.ts';
import { updateOrderRoute } from '../functions/orders/update-order.ts';
import { Reserve } from '../functions/inventory/calls.ts';
import { Inquire } from '../functions/payments/calls.ts';
import { PaymentCaptured, PaymentCaptureFailed, PaymentRefunded, PaymentVoided } from '../functions/payments/events.ts';
import { Redeem } from '../functions/pricing/calls.ts';
import type { StageConfig } from '../lib/config.ts';
import {
  allOf,
  type Binding,
  circuits,
  invokes,
  machineRef,
  reads,
  startsSync,
  writes,
} from '../lib/constructs/bind.ts';
import { circuitAlarm } from '../lib/constructs/circuit-alarm.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EventPublisher } from '../lib/constructs/event-publisher.ts';
import { EVENTS_OF_MANY, Inbox } from '../lib/constructs/inbox.ts';
import { Saga } from '../lib/constructs/saga.ts';
import { ScheduledFunction } from '../lib/constructs/scheduled-function.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';
import { CHECKOUT_STEPS, CHECKOUT_TIMEOUT_SECONDS } from './checkout-saga.ts';

/** Orders: the checkout, and what becomes of what was ordered. */
export class OrdersStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'orders', stage });
    const table = new ServiceTable(this, 'Table', {
      indexes: 3,
      projection: 'KEYS_ONLY',
      systemIndexes: [{ ...DUE, projection: 'KEYS_ONLY' }],
      stream: true,
    });
    circuitAlarm(this);
    const fn = (id: string, name: string, binding: Binding) =>
      new ServiceFunction(this, id, { entry: `orders/${name}`, env: OrdersEnv, bind: { ORDERS_TABLE: binding } });

    const createCheckout = new ServiceFunction(this, 'CreateCheckout', {
      entry: 'orders/create-checkout',
      env: CreateCheckoutEnv,
      bind: {
        ORDERS_TABLE: allOf(writes(table, 'get', 'query', 'update', 'put'), circuits(table)),
        CHECKOUT_MACHINE: startsSync(machineRef('orders', 'checkout')),
        UNLOCK_CART_FUNCTION: invokes(Unlock),
      },
      timeoutSeconds: 28,
    });
    const append = () => writes(table, 'get', 'update');
    new DomainApi(this, 'Api', {
      routes: [
        { route: createCheckoutRoute, fn: createCheckout },
        { route: getCheckoutRoute, fn: fn('GetCheckout', 'get-checkout', reads(table, 'get')) },
        {
          route: listOrdersRoute,
          fn: fn('ListOrders', 'list-orders', reads(table, 'batchGet', 'query:gsi1', 'query:gsi2', 'query:gsi3')),
        },
        { route: getOrderRoute, fn: fn('GetOrder', 'get-order', reads(table, 'get', 'query')) },
        {
          route: listOrderEventsRoute,
          fn: fn('ListOrderEvents', 'list-order-events', reads(table, 'get', 'query')),
        },
        { route: updateOrderRoute, fn: fn('UpdateOrder', 'update-order', writes(table, 'get', 'update', 'put')) },
        { route: cancelOrderRoute, fn: fn('CancelOrder', 'cancel-order', append()) },
        { route: fulfilOrderRoute, fn: fn('FulfilOrder', 'fulfil-order', append()) },
      ],
      health: fn('Health', 'health', reads(table, 'describe')),
    });

    fn('Place', 'place', writes(table, 'put', 'update'));
    fn('Confirm', 'confirm', writes(table, 'update'));
    fn('Reject', 'reject', writes(table, 'update', 'put'));
    new Saga(this, 'Checkout', {
      name: 'checkout',
      type: 'EXPRESS',
      timeoutSeconds: CHECKOUT_TIMEOUT_SECONDS,
      steps: CHECKOUT_STEPS,
    });

    const reconcile = new ServiceFunction(this, 'Reconcile', {
      entry: 'orders/reconcile',
      env: ReconcileEnv,
      bind: {
        ORDERS_TABLE: allOf(writes(table, 'query:due', 'get', 'update'), circuits(table)),
        INQUIRE_FUNCTION: invokes(Inquire),
        REDEEM_FUNCTION: invokes(Redeem),
        RESERVE_FUNCTION: invokes(Reserve),
      },
      timeoutSeconds: 55,
      acrossTenants: 'It takes over the overdue orders of all tenants, which it finds in a system index.',
    });
    new ScheduledFunction(this, 'EveryMinute', { fn: reconcile, every: 'rate(1 minute)' });

    new EventPublisher(this, 'Publisher', { table, entry: 'orders/publish' });
    new Inbox(this, 'Inbox', {
      events: [PaymentCaptured, PaymentCaptureFailed, PaymentVoided, PaymentRefunded],
      fn: new ServiceFunction(this, 'React', {
        entry: 'orders/inbox',
        env: OrdersEnv,
        bind: { ORDERS_TABLE: append() },
        acrossTenants: EVENTS_OF_MANY,
      }),
    });
  }
}
