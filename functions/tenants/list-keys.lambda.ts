import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoKeys } from './dynamo-key-store.ts';
import { TenantsTableEnv } from './env.ts';
import { listKeys, listKeysRoute } from './list-keys.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const keys = dynamoKeys(dynamoDbClient(), TENANTS_TABLE);

export const handler = api(listKeysRoute, listKeys({ keys }));
