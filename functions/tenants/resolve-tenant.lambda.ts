import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { systemStep } from '../../lib/runtime/step.ts';
import { ResolveTenant } from './calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { TenantsTableEnv } from './env.ts';
import { resolveTenant } from './resolve-tenant.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const tenants = dynamoTenants(dynamoDbClient(), TENANTS_TABLE);

export const handler = systemStep(ResolveTenant, resolveTenant({ tenants }));
