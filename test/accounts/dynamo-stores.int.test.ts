import { afterAll, beforeAll } from 'vitest';
import { dynamoAttempts } from '../../functions/accounts/dynamo-attempt-store.ts';
import { dynamoCustomers } from '../../functions/accounts/dynamo-customer-store.ts';
import { dynamoSessions } from '../../functions/accounts/dynamo-session-store.ts';
import { dynamoStaff } from '../../functions/accounts/dynamo-staff-store.ts';
import { systemDb, tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { accountsStoreContract } from './store-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => engine.stop());

accountsStoreContract(async () => {
  const table = await engine.newTable();
  const db = tenantDb(engine.client, table);
  return {
    customers: dynamoCustomers(db),
    sessions: dynamoSessions(db),
    staff: dynamoStaff(engine.client, table),
    attempts: dynamoAttempts(systemDb(engine.client, table)),
  };
});
