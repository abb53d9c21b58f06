import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { abandonOnboarding } from './abandon-onboarding.ts';
import { AbandonOnboarding } from './calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { TenantsTableEnv } from './env.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const tenants = dynamoTenants(dynamoDbClient(), TENANTS_TABLE);

export const handler = step(AbandonOnboarding, abandonOnboarding({ tenants, now: systemClock }));
