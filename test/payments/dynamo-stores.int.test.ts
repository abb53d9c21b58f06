import { afterAll, beforeAll } from 'vitest';
import { tenantDb } from '../../lib/runtime/db.ts';
import { dynamoPayments } from '../../functions/payments/dynamo-payment-store.ts';
import { dynamoTestBooks } from '../../functions/payments/dynamo-test-books.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { paymentStoreContract } from './store-contract.ts';
import { testBooksContract } from './test-books-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

paymentStoreContract(async () => dynamoPayments(tenantDb(engine.client, await engine.newTable())));
testBooksContract(async () => dynamoTestBooks(tenantDb(engine.client, await engine.newTable())));
