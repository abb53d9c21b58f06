import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createTenantKey, createTenantKeyRoute } from './create-tenant-key.ts';
import { dynamoKeys } from './dynamo-key-store.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { TenantsTableEnv } from './env.ts';
import { newApiKey } from './new-api-key.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const client = dynamoDbClient();

export const handler = api(
  createTenantKeyRoute,
  createTenantKey({
    tenants: dynamoTenants(client, TENANTS_TABLE),
    keys: dynamoKeys(client, TENANTS_TABLE),
    newApiKey,
    now: systemClock,
  }),
);
