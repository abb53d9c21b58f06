import { api } from '../../lib/runtime/api.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { OwnerInvitation } from '../accounts/calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { GetTenantEnv } from './env.ts';
import { getTenant, getTenantRoute } from './get-tenant.ts';

const { TENANTS_TABLE, OWNER_INVITATION_FUNCTION } = readEnv(GetTenantEnv);
const client = dynamoDbClient();
const breaker = sharedBreaker(client, TENANTS_TABLE);

export const handler = api(
  getTenantRoute,
  getTenant({
    tenants: dynamoTenants(client, TENANTS_TABLE),
    ownerInvitation: callFunction(lambdaClient(), OWNER_INVITATION_FUNCTION, OwnerInvitation, { breaker, retries: 1 }),
    now: systemClock,
  }),
);
