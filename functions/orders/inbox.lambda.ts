import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { consume, on } from '../../lib/runtime/consume.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { PaymentCaptured, PaymentCaptureFailed, PaymentRefunded, PaymentVoided } from '../payments/events.ts';
import { dynamoOrders } from './dynamo-order-store.ts';
import { OrdersEnv } from './env.ts';
import { onPaymentEvent } from './on-payment-event.ts';

const { ORDERS_TABLE } = readEnv(OrdersEnv);
const deps = { orders: dynamoOrders(tenantDb(dynamoDbClient(), ORDERS_TABLE)) };

export const handler = consume([
  on(PaymentCaptured, onPaymentEvent(deps, 'PaymentCaptured')),
  on(PaymentCaptureFailed, onPaymentEvent(deps, 'PaymentCaptureFailed')),
  on(PaymentVoided, onPaymentEvent(deps, 'PaymentVoided')),
  on(PaymentRefunded, onPaymentEvent(deps, 'PaymentRefunded')),
]);
