import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantDb } from '../../lib/runtime/db.ts';
import { dynamoDueOrders } from '../../functions/orders/dynamo-due-orders.ts';
import { dynamoNumberBlocks } from '../../functions/orders/dynamo-number-blocks.ts';
import { dynamoOrders } from '../../functions/orders/dynamo-order-store.ts';
import { DUE } from '../../functions/orders/order-index.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { tenantA, tenantB } from './fixtures.ts';
import { orderStoreContract } from './store-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

const newTable = () => engine.newTable([DUE]);

orderStoreContract(async () => {
  const table = await newTable();
  return { open: dynamoOrders(tenantDb(engine.client, table)), dueOrders: dynamoDueOrders(engine.client, table) };
});

describe('number blocks', () => {
  it('are handed out once each, to each tenant its own', async () => {
    const blocks = dynamoNumberBlocks(tenantDb(engine.client, await newTable()));
    const firsts = await Promise.all(Array.from({ length: 5 }, () => blocks.allocate(tenantA, 100)));
    expect(firsts.toSorted()).toEqual([10_000, 10_100, 10_200, 10_300, 10_400]);
    expect(await blocks.allocate(tenantB, 100)).toBe(10_000);
  });
});
