import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { ListShippingMethods } from './calls.ts';
import { dynamoRules } from './dynamo-rules-store.ts';
import { PricingTableEnv } from './env.ts';
import { listShippingMethods } from './list-shipping-methods.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const rules = dynamoRules(tenantDb(dynamoDbClient(), PRICING_TABLE));

export const handler = step(ListShippingMethods, listShippingMethods({ rules }));
