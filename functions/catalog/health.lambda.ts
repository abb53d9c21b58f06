import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { CatalogEnv } from './env.ts';

const { CATALOG_TABLE } = readEnv(CatalogEnv);

export const handler = health('catalog', [tableAnswers(dynamoDbClient(), CATALOG_TABLE)]);
