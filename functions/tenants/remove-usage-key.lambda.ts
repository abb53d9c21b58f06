import { apiGatewayClient } from '../../lib/runtime/clients/api-gateway.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { apiGatewayUsageKeys } from './api-gateway-usage-plans.ts';
import { RemoveUsageKey } from './calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { RemoveUsageKeyEnv } from './env.ts';
import { removeUsageKey } from './remove-usage-key.ts';

const { TENANTS_TABLE } = readEnv(RemoveUsageKeyEnv);
const tenants = dynamoTenants(dynamoDbClient(), TENANTS_TABLE);
const usageKeys = apiGatewayUsageKeys(apiGatewayClient());

export const handler = step(RemoveUsageKey, removeUsageKey({ tenants, usageKeys }));
