import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createQuote, createQuoteRoute } from './create-quote.ts';
import { dynamoPriceBook } from './dynamo-price-book.ts';
import { PricingTableEnv } from './env.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const book = dynamoPriceBook(tenantDb(dynamoDbClient(), PRICING_TABLE));

export const handler = api(createQuoteRoute, createQuote({ book, now: systemClock }));
