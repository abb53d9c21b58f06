import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { CartsTableEnv } from './env.ts';

const { CARTS_TABLE } = readEnv(CartsTableEnv);

export const handler = health('carts', [tableAnswers(dynamoDbClient(), CARTS_TABLE)]);
