import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { systemStep } from '../../lib/runtime/step.ts';
import { VerifyKey } from './calls.ts';
import { dynamoKeys } from './dynamo-key-store.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { TenantsTableEnv } from './env.ts';
import { verifyKey } from './verify-key.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const client = dynamoDbClient();
const tenants = dynamoTenants(client, TENANTS_TABLE);
const keys = dynamoKeys(client, TENANTS_TABLE);

export const handler = systemStep(VerifyKey, verifyKey({ tenants, keys, now: systemClock }));
