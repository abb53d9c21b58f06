import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoProductStore } from './dynamo-product-store.ts';
import { CatalogEnv } from './env.ts';
import { setPrices, setPricesRoute } from './set-prices.ts';

const { CATALOG_TABLE } = readEnv(CatalogEnv);
const products = dynamoProductStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));

export const handler = api(setPricesRoute, setPrices({ products, now: systemClock }));
