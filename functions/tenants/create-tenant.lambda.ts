import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { sfnClient } from '../../lib/runtime/clients/sfn.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createTenant, createTenantRoute } from './create-tenant.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { CreateTenantEnv } from './env.ts';
import { startOnboarding } from './start-onboarding.ts';

const { TENANTS_TABLE, ONBOARDING_MACHINE } = readEnv(CreateTenantEnv);

export const handler = api(
  createTenantRoute,
  createTenant({
    tenants: dynamoTenants(dynamoDbClient(), TENANTS_TABLE),
    startOnboarding: startOnboarding(sfnClient(), ONBOARDING_MACHINE),
    now: systemClock,
  }),
);
