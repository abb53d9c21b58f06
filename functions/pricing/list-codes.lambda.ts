import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { listCodes, listCodesRoute } from './list-codes.ts';
import { dynamoCodes } from './dynamo-code-store.ts';
import { dynamoRules } from './dynamo-rules-store.ts';
import { PricingTableEnv } from './env.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const db = tenantDb(dynamoDbClient(), PRICING_TABLE);
const rules = dynamoRules(db);
const codes = dynamoCodes(db);

export const handler = api(listCodesRoute, listCodes({ rules, codes }));
