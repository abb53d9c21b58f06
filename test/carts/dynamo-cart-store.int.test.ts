import { afterAll, beforeAll, expect, it } from 'vitest';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoCarts } from '../../functions/carts/dynamo-cart-store.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { cartOf, NOW, orderOf, tenantA } from './fixtures.ts';
import { cartStoreContract } from './store-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => engine.stop());

cartStoreContract(async () => dynamoCarts(tenantDb(engine.client, await engine.newTable())));

it('a cart of two lines with its address and a lock fits into one write unit of 1 kB', async () => {
  const table = await engine.newTable();
  const carts = dynamoCarts(tenantDb(engine.client, table));
  const cart = cartOf('small', {
    email: 'ada.lovelace@analytical-engine.example',
    requestHash: 'f'.repeat(64),
    shippingAddress: {
      name: 'Augusta Ada King',
      line1: 'Saint James Square 12',
      city: 'London',
      postalCode: 'SW1Y 4LB',
      country: 'GB',
    },
  });
  await carts.create(tenantA, cart);
  await carts.lock(tenantA, {
    cartId: cart.id,
    orderId: orderOf('o'),
    holder: { asStaff: true },
    version: 1,
    now: NOW,
  });
  const key = { pk: { S: `t#${tenantA}#cart#${cart.id}` }, sk: { S: 'meta' } };
  const answer = await engine.sdk.send(
    new GetItemCommand({ TableName: table, Key: key, ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(bytesOf({ M: answer.Item })).toBeLessThanOrEqual(1024);
});

/** The size of an attribute value as DynamoDB counts it, roughly: names and values in UTF-8, numbers by two digits a byte. */
const bytesOf = (value: { S?: string; N?: string; L?: object[]; M?: Record<string, object> | undefined }): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, each) => sum + 1 + bytesOf(each), 0);
  const members = Object.entries(value.M ?? {});
  return members.reduce((sum, [name, each]) => sum + name.length + 1 + bytesOf(each), 3);
};
