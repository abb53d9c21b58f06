import { apiGatewayClient } from '../../lib/runtime/clients/api-gateway.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { ssmClient } from '../../lib/runtime/clients/ssm.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { apiGatewayUsagePlans } from './api-gateway-usage-plans.ts';
import { RemoveUsageKey } from './calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { UsageKeyEnv } from './env.ts';
import { removeUsageKey } from './remove-usage-key.ts';

const { TENANTS_TABLE, USAGE_PLAN_PARAMETERS } = readEnv(UsageKeyEnv);
const tenants = dynamoTenants(dynamoDbClient(), TENANTS_TABLE);
const usagePlans = apiGatewayUsagePlans(apiGatewayClient(), ssmClient(), USAGE_PLAN_PARAMETERS);

export const handler = step(RemoveUsageKey, removeUsageKey({ tenants, usagePlans }));
