import { afterAll, beforeAll } from 'vitest';
import { dynamoKeys } from '../../functions/tenants/dynamo-key-store.ts';
import { dynamoTenants } from '../../functions/tenants/dynamo-tenant-store.ts';
import { dynamoUsage } from '../../functions/tenants/dynamo-usage-store.ts';
import { DUE_INDEX } from '../../functions/tenants/tenant-keys.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { tenantsStoreContract } from './store-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => engine.stop());

tenantsStoreContract(async () => {
  const table = await engine.newTable([DUE_INDEX]);
  return {
    tenants: dynamoTenants(engine.client, table),
    keys: dynamoKeys(engine.client, table),
    usage: dynamoUsage(engine.client, table),
  };
});
