import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoUsage } from './dynamo-usage-store.ts';
import { TenantsTableEnv } from './env.ts';
import { getUsage, getUsageRoute } from './get-usage.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const usage = dynamoUsage(dynamoDbClient(), TENANTS_TABLE);

export const handler = api(getUsageRoute, getUsage({ usage, now: systemClock }));
