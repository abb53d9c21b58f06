import { afterAll, beforeAll } from 'vitest';
import { dynamoLocations } from '../../functions/inventory/dynamo-location-store.ts';
import { dynamoReservations } from '../../functions/inventory/dynamo-reservation-store.ts';
import { dynamoStock } from '../../functions/inventory/dynamo-stock-store.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { reservationContract } from './reservation-contract.ts';
import { stockEquation } from './stock-equation.ts';
import { stockContract } from './stock-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => engine.stop());

const makeStores = async () => {
  const db = tenantDb(engine.client, await engine.newTable());
  const locations = dynamoLocations(db);
  return { locations, stock: dynamoStock(db), reservations: dynamoReservations(db, locations) };
};
stockContract(makeStores);
reservationContract(makeStores);
stockEquation(makeStores, 20);
