import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { deleteCategory, deleteCategoryRoute } from './delete-category.ts';
import { dynamoCategoryStore } from './dynamo-category-store.ts';
import { CatalogEnv } from './env.ts';

const { CATALOG_TABLE } = readEnv(CatalogEnv);
const categories = dynamoCategoryStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));

export const handler = api(deleteCategoryRoute, deleteCategory({ categories }));
