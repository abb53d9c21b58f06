import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { PricingTableEnv } from './env.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);

export const handler = health('pricing', [tableAnswers(dynamoDbClient(), PRICING_TABLE)]);
