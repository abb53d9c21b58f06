import type { App } from 'aws-cdk-lib/core';
import { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../functions/orders/events.ts';
import { capturePaymentRoute } from '../functions/payments/capture-payment.ts';
import { PaymentsEnv, ProvidersEnv } from '../functions/payments/env.ts';
import { getPaymentRoute } from '../functions/payments/get-payment.ts';
import { getProviderRoute } from '../functions/payments/get-provider.ts';
import { listPaymentsRoute } from '../functions/payments/list-payments.ts';
import { putProviderRoute } from '../functions/payments/put-provider.ts';
import { refundPaymentRoute } from '../functions/payments/refund-payment.ts';
import { voidPaymentRoute } from '../functions/payments/void-payment.ts';
import type { StageConfig } from '../lib/config.ts';
import { type Binding, makesSecrets, reads, readsSecrets, writes } from '../lib/constructs/bind.ts';
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

    const settling = (id: string, name: string, acrossTenants?: string) =>
      new ServiceFunction(this, id, {
        entry: `payments/${name}`,
        env: ProvidersEnv,
        bind: { PAYMENTS_TABLE: settles(), PROVIDER_SECRETS: readsSecrets() },
        ...(acrossTenants === undefined ? {} : { acrossTenants }),
      });

    settling('Authorize', 'authorize');
    settling('Void', 'void');
    settling('Inquire', 'inquire');

    new DomainApi(this, 'Api', {
      routes: [
        {
          route: listPaymentsRoute,
          fn: fn('ListPayments', 'list-payments', reads(table, 'get', 'batchGet', 'query:gsi1')),
        },
        { route: getPaymentRoute, fn: fn('GetPayment', 'get-payment', reads(table, 'get')) },
        { route: capturePaymentRoute, fn: settling('CapturePayment', 'capture-payment') },
        { route: voidPaymentRoute, fn: settling('VoidPayment', 'void-payment') },
        { route: refundPaymentRoute, fn: settling('RefundPayment', 'refund-payment') },
        { route: getProviderRoute, fn: fn('GetProvider', 'get-provider', reads(table, 'get')) },
        {
          route: putProviderRoute,
          fn: new ServiceFunction(this, 'PutProvider', {
            entry: 'payments/put-provider',
            env: ProvidersEnv,
            bind: { PAYMENTS_TABLE: writes(table, 'put'), PROVIDER_SECRETS: makesSecrets() },
          }),
        },
      ],
      health: fn('Health', 'health', reads(table, 'describe')),
    });

    new EventPublisher(this, 'Publisher', { table, entry: 'payments/publish' });
    new Inbox(this, 'Inbox', {
      events: [OrderConfirmed, OrderFulfilled, OrderRejected, OrderCancelled],
      fn: settling('React', 'inbox', EVENTS_OF_MANY),
    });
  }
}
