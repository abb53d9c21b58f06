import { apiGatewayClient } from '../../lib/runtime/clients/api-gateway.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { sfnClient } from '../../lib/runtime/clients/sfn.ts';
import { ssmClient } from '../../lib/runtime/clients/ssm.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { schedule } from '../../lib/runtime/schedule.ts';
import { apiGatewayUsagePlans } from './api-gateway-usage-plans.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { RepairTenantsEnv } from './env.ts';
import { newUsageKey } from './new-api-key.ts';
import { reconcileUsageKey } from './reconcile-usage-key.ts';
import { repairTenants } from './repair-tenants.ts';
import { startOnboarding } from './start-onboarding.ts';

const env = readEnv(RepairTenantsEnv);
const tenants = dynamoTenants(dynamoDbClient(), env.TENANTS_TABLE);
const usagePlans = apiGatewayUsagePlans(apiGatewayClient(), ssmClient(), env.USAGE_PLAN_PARAMETERS);

export const handler = schedule(
  'repair tenants',
  repairTenants({
    tenants,
    startOnboarding: startOnboarding(sfnClient(), env.ONBOARDING_MACHINE),
    reconcileUsageKey: reconcileUsageKey({ tenants, usagePlans, newUsageKey }),
    now: systemClock,
  }),
);
