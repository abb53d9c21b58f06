import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { OrdersEnv } from './env.ts';

const { ORDERS_TABLE } = readEnv(OrdersEnv);

export const handler = health('orders', [tableAnswers(dynamoDbClient(), ORDERS_TABLE)]);
