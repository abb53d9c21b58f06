import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { describeError, loggerFor } from '../../lib/runtime/log.ts';
import { schedule } from '../../lib/runtime/schedule.ts';
import { Reserve } from '../inventory/calls.ts';
import { Inquire } from '../payments/calls.ts';
import { Redeem } from '../pricing/calls.ts';
import { dynamoDueOrders } from './dynamo-due-orders.ts';
import { dynamoOrders } from './dynamo-order-store.ts';
import { ReconcileEnv } from './env.ts';
import { reconcile } from './reconcile.ts';

const env = readEnv(ReconcileEnv);
const client = dynamoDbClient();
const lambda = lambdaClient();
const breaker = sharedBreaker(client, env.ORDERS_TABLE);

export const handler = schedule('reconcile checkouts', ({ traceId }) =>
  reconcile({
    orders: dynamoOrders(tenantDb(client, env.ORDERS_TABLE)),
    dueOrders: dynamoDueOrders(client, env.ORDERS_TABLE),
    inquire: callFunction(lambda, env.INQUIRE_FUNCTION, Inquire, { breaker }),
    redeem: callFunction(lambda, env.REDEEM_FUNCTION, Redeem, { breaker }),
    reserve: callFunction(lambda, env.RESERVE_FUNCTION, Reserve, { breaker }),
    now: systemClock,
    onFailure: ({ tenant, orderId }, error) =>
      loggerFor({ traceId, tenant })('error', 'a checkout could not be reconciled', {
        orderId,
        error: describeError(error),
      }),
  })({ traceId }),
);
