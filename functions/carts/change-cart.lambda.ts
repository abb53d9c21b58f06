import { api } from '../../lib/runtime/api.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { QuoteCall } from '../pricing/calls.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { QuotedCartEnv } from './env.ts';
import { changeCart, changeCartRoute } from './change-cart.ts';

const { CARTS_TABLE, QUOTE_FUNCTION } = readEnv(QuotedCartEnv);
const client = dynamoDbClient();
const carts = dynamoCarts(tenantDb(client, CARTS_TABLE));
const breaker = sharedBreaker(client, CARTS_TABLE);
const ask = callFunction(lambdaClient(), QUOTE_FUNCTION, QuoteCall, { breaker, retries: 1 });

export const handler = api(changeCartRoute, changeCart({ carts, ask, now: systemClock }));
