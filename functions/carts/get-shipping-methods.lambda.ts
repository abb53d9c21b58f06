import { api } from '../../lib/runtime/api.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { ListShippingMethods } from '../pricing/calls.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { GetShippingMethodsEnv } from './env.ts';
import { getShippingMethods, getShippingMethodsRoute } from './get-shipping-methods.ts';

const { CARTS_TABLE, SHIPPING_METHODS_FUNCTION } = readEnv(GetShippingMethodsEnv);
const client = dynamoDbClient();
const carts = dynamoCarts(tenantDb(client, CARTS_TABLE));
const methods = callFunction(lambdaClient(), SHIPPING_METHODS_FUNCTION, ListShippingMethods, {
  breaker: sharedBreaker(client, CARTS_TABLE),
  retries: 1,
});

export const handler = api(getShippingMethodsRoute, getShippingMethods({ carts, now: systemClock, methods }));
