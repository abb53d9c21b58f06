import { randomUUID } from 'node:crypto';
import { api } from '../../lib/runtime/api.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { sfnClient } from '../../lib/runtime/clients/sfn.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { Unlock } from '../carts/calls.ts';
import { createCheckout, createCheckoutRoute } from './create-checkout.ts';
import { dynamoOrders } from './dynamo-order-store.ts';
import { CreateCheckoutEnv } from './env.ts';
import { sfnCheckout } from './sfn-checkout.ts';

const env = readEnv(CreateCheckoutEnv);
const client = dynamoDbClient();
const breaker = sharedBreaker(client, env.ORDERS_TABLE);

export const handler = api(
  createCheckoutRoute,
  createCheckout({
    orders: dynamoOrders(tenantDb(client, env.ORDERS_TABLE)),
    runCheckout: sfnCheckout(sfnClient(), env.CHECKOUT_MACHINE),
    unlockCart: callFunction(lambdaClient(), env.UNLOCK_CART_FUNCTION, Unlock, { breaker, retries: 1 }),
    newAttempt: randomUUID,
    now: systemClock,
  }),
);
