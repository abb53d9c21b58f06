import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { consume, on } from '../../lib/runtime/consume.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../orders/events.ts';
import { ProvidersEnv } from './env.ts';
import { captureConfirmed, captureFulfilled, undoCancelled, voidRejected } from './on-order-event.ts';
import { settleDeps } from './wiring.ts';
const deps = settleDeps(dynamoDbClient(), readEnv(ProvidersEnv));

export const handler = consume([
  on(OrderConfirmed, captureConfirmed(deps)),
  on(OrderFulfilled, captureFulfilled(deps)),
  on(OrderRejected, voidRejected(deps)),
  on(OrderCancelled, undoCancelled(deps)),
]);
