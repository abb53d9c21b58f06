import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { TenantsTableEnv } from './env.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);

export const handler = health('tenants', [tableAnswers(dynamoDbClient(), TENANTS_TABLE)]);
