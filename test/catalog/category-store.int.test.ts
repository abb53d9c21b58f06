import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoCategoryStore } from '../../functions/catalog/dynamo-category-store.ts';
import { dynamoProductStore } from '../../functions/catalog/dynamo-product-store.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { categoryStoreContract } from './category-store-contract.ts';

describe('the category store on DynamoDB', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());
  categoryStoreContract(async () => {
    const open = tenantDb(engine.client, await engine.newTable());
    return { categories: dynamoCategoryStore(open), products: dynamoProductStore(open) };
  });
});
