import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { updateTaxRate, updateTaxRateRoute } from './update-tax-rate.ts';
import { dynamoRules } from './dynamo-rules-store.ts';
import { PricingTableEnv } from './env.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const rules = dynamoRules(tenantDb(dynamoDbClient(), PRICING_TABLE));

export const handler = api(updateTaxRateRoute, updateTaxRate({ rules, now: systemClock }));
