import type { App } from 'aws-cdk-lib/core';
import { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../functions/orders/events.ts';
import { capturePaymentRoute } from '../functions/payments/capture-payment.ts';
import { PaymentsEnv } from '../functions/payments/env.ts';
import { getPaymentRoute } from '../functions/payments/get-payment.ts';
import { listPaymentsRoute } from '../functions/payments/list-payments.ts';
import { refundPaymentRoute } from '../functions/payments/refund-payment.ts';
import { voidPaymentRoute } from '../functions/payments/void-payment.ts';
import type { StageConfig } from '../lib/config.ts';
import { type Binding, reads, writes } from '../lib/constructs/bind.ts';
import { circuitAlarm } from '../lib/constructs/circuit-alarm.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EventPublisher } from '../lib/constructs/event-publisher.ts';
import { EVENTS_OF_MANY, Inbox } from '../lib/constructs/inbox.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';

/** Payments: what is held, taken and given back for orders, at whichever provider. */
export class PaymentsStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'payments', stage });
    const table = new ServiceTable(this, 'Table', { indexes: 1, projection: 'KEYS_ONLY', stream: true });
    const fn = (id: string, name: string, binding: Binding) =>
      new ServiceFunction(this, id, { entry: `payments/${name}`, env: PaymentsEnv, bind: { PAYMENTS_TABLE: binding } });
    circuitAlarm(this);
    // Every change is a conditional put of the whole payment; the update is of the tenant's circuit of its provider.
    const settles = () => writes(table, 'get', 'put', 'update');

    fn('Authorize', 'authorize', settles());
    fn('Void', 'void', settles());
    fn('Inquire', 'inquire', settles());

    new DomainApi(this, 'Api', {
      routes: [
        {
          route: listPaymentsRoute,
          fn: fn('ListPayments', 'list-payments', reads(table, 'get', 'batchGet', 'query:gsi1')),
        },
        { route: getPaymentRoute, fn: fn('GetPayment', 'get-payment', reads(table, 'get')) },
        { route: capturePaymentRoute, fn: fn('CapturePayment', 'capture-payment', settles()) },
        { route: voidPaymentRoute, fn: fn('VoidPayment', 'void-payment', settles()) },
        { route: refundPaymentRoute, fn: fn('RefundPayment', 'refund-payment', settles()) },
      ],
      health: fn('Health', 'health', reads(table, 'describe')),
    });

    new EventPublisher(this, 'Publisher', { table, entry: 'payments/publish' });
    new Inbox(this, 'Inbox', {
      events: [OrderConfirmed, OrderFulfilled, OrderRejected, OrderCancelled],
      fn: new ServiceFunction(this, 'React', {
        entry: 'payments/inbox',
        env: PaymentsEnv,
        bind: { PAYMENTS_TABLE: settles() },
        acrossTenants: EVENTS_OF_MANY,
      }),
    });
  }
}
