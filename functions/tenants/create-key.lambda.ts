import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createKey, createKeyRoute } from './create-key.ts';
import { dynamoKeys } from './dynamo-key-store.ts';
import { TenantsTableEnv } from './env.ts';
import { newApiKey } from './new-api-key.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const keys = dynamoKeys(dynamoDbClient(), TENANTS_TABLE);

export const handler = api(createKeyRoute, createKey({ keys, newApiKey, now: systemClock }));
