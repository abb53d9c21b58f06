import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { dynamoPayments } from './dynamo-payment-store.ts';
import { dynamoTestBooks } from './dynamo-test-books.ts';
import { guardedProvider } from './guarded-provider.ts';
import type { SettleDeps } from './settle.ts';
import { testProvider } from './test-provider.ts';

/** What every function that settles payments needs: the table, the providers by name, the clock. */
export const settleDeps = (client: DynamoDb, table: string): SettleDeps => {
  const open = tenantDb(client, table);
  const providers = { test: testProvider(dynamoTestBooks(open)) };
  const breaker = sharedBreaker(client, table);
  return {
    payments: dynamoPayments(open),
    provider: (tenant, name) => guardedProvider(breaker, tenant, name, providers[name](tenant)),
    now: systemClock,
  };
};
