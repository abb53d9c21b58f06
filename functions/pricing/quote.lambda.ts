import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { QuoteCall } from './calls.ts';
import { dynamoPriceBook } from './dynamo-price-book.ts';
import { PricingTableEnv } from './env.ts';
import { quote } from './quote.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const book = dynamoPriceBook(tenantDb(dynamoDbClient(), PRICING_TABLE));

export const handler = step(QuoteCall, quote({ book, now: systemClock }));
