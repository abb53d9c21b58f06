import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoProductStore } from '../../functions/catalog/dynamo-product-store.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { productStoreContract } from './product-store-contract.ts';

describe('the product store on DynamoDB', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());
  productStoreContract(async () => dynamoProductStore(tenantDb(engine.client, await engine.newTable())));
});
