import { api } from '../../lib/runtime/api.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { ListShippingMethods } from '../pricing/calls.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { GetShippingMethodsEnv } from './env.ts';
import { getShippingMethods, getShippingMethodsRoute } from './get-shipping-methods.ts';

const { CARTS_TABLE, SHIPPING_METHODS_FUNCTION } = readEnv(GetShippingMethodsEnv);
const carts = dynamoCarts(tenantDb(dynamoDbClient(), CARTS_TABLE));
const client = lambdaClient();
const methods = callFunction(client, SHIPPING_METHODS_FUNCTION, ListShippingMethods, { retries: 1 });

export const handler = api(getShippingMethodsRoute, getShippingMethods({ carts, now: systemClock, methods }));
