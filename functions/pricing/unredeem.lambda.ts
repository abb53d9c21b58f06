import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { Unredeem } from './calls.ts';
import { dynamoRedemptions } from './dynamo-redemption-store.ts';
import { PricingTableEnv } from './env.ts';
import { unredeem } from './redeem.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const redemptions = dynamoRedemptions(tenantDb(dynamoDbClient(), PRICING_TABLE));

export const handler = step(Unredeem, unredeem({ redemptions }));
