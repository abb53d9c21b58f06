import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { PaymentsEnv } from './env.ts';

const { PAYMENTS_TABLE } = readEnv(PaymentsEnv);

export const handler = health('payments', [tableAnswers(dynamoDbClient(), PAYMENTS_TABLE)]);
