import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { ClaimSlug } from './calls.ts';
import { claimSlug } from './claim-slug.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { TenantsTableEnv } from './env.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const tenants = dynamoTenants(dynamoDbClient(), TENANTS_TABLE);

export const handler = step(ClaimSlug, claimSlug({ tenants }));
