import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoCategoryStore } from './dynamo-category-store.ts';
import { CatalogEnv } from './env.ts';
import { moveCategory, moveCategoryRoute } from './move-category.ts';

const { CATALOG_TABLE } = readEnv(CatalogEnv);
const categories = dynamoCategoryStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));

export const handler = api(moveCategoryRoute, moveCategory({ categories, now: systemClock }));
