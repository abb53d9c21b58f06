import * as z from 'zod';
import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { type TenantDb, tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { defineRoute } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';

/**
 * A handler whose first wall is down: it opens its table for whichever tenant the path names, instead of the caller's, and
 * does there what it is asked to.
 */
const route = defineRoute({
  method: 'GET',
  path: '/v1/orders/careless/{tenant}/{operation}',
  summary: 'Does something to an item of any tenant',
  callers: ['secret'],
  params: z.object({ tenant: TenantId, operation: z.string() }),
  status: 200,
  response: z.object({ found: z.unknown() }),
});

const KEY = { pk: 'orders', sk: 'or_1' };
const written = (by: string) => ({ ...KEY, secret: `written by ${by}`, gsi1pk: 'orders', gsi1sk: 'or_1' });

const OPERATIONS: Readonly<Record<string, (db: TenantDb) => Promise<unknown>>> = {
  get: (db) => db.get(KEY),
  batchGet: (db) => db.batchGet([KEY]),
  query: async (db) => (await db.query({ pk: KEY.pk })).items,
  queryIndex: async (db) => (await db.query({ index: 'gsi1', pk: 'orders' })).items,
  put: (db) => db.put(written('a put')),
  update: (db) => db.update(KEY, { update: 'SET secret = :secret', values: { ':secret': 'written by an update' } }),
  delete: (db) => db.delete(KEY),
  transact: (db) => db.transact([{ put: written('a transaction') }]),
  check: (db) => db.transact([{ check: KEY, condition: { expression: 'attribute_exists(pk)' } }]),
};

const { ORDERS_TABLE } = readEnv(z.object({ ORDERS_TABLE: z.string() }));
const db = tenantDb(dynamoDbClient(), ORDERS_TABLE);

export const handler = api(route, async ({ params }) => {
  const operation = OPERATIONS[params.operation];
  if (operation === undefined) throw new Error(`no operation ${params.operation}`);
  return { body: { found: (await operation(db(params.tenant))) ?? null } };
});
