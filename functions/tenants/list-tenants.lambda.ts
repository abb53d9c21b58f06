import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { TenantsTableEnv } from './env.ts';
import { listTenants, listTenantsRoute } from './list-tenants.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const tenants = dynamoTenants(dynamoDbClient(), TENANTS_TABLE);

export const handler = api(listTenantsRoute, listTenants({ tenants }));
