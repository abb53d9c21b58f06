import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { namedSecrets } from '../../lib/runtime/clients/named-secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { PaymentProviderName } from './calls.ts';
import { dynamoPayments } from './dynamo-payment-store.ts';
import { dynamoTestBooks } from './dynamo-test-books.ts';
import type { ProvidersEnv } from './env.ts';
import { guardedProvider } from './guarded-provider.ts';
import type { PaymentProvider } from './provider.ts';
import type { SettleDeps } from './settle.ts';
import { stripeAccounts } from './stripe-accounts.ts';
import { stripeApi } from './stripe-api.ts';
import { stripeProvider } from './stripe-provider.ts';
import { testProvider } from './test-provider.ts';

/** What every function that settles payments needs: the table, the providers by name, the clock. */
export const settleDeps = (client: DynamoDb, env: z.output<typeof ProvidersEnv>): SettleDeps => {
  const open = tenantDb(client, env.PAYMENTS_TABLE);
  const stripe = stripeAccounts({
    secrets: namedSecrets(randomUUID),
    secretPrefix: env.PROVIDER_SECRETS,
    connect: stripeApi,
    now: () => systemClock().getTime(),
  });
  const providers: Readonly<Record<PaymentProviderName, (tenant: TenantId) => PaymentProvider>> = {
    test: testProvider(dynamoTestBooks(open)),
    stripe: (tenant) => stripeProvider(stripe(tenant)),
  };
  const breaker = sharedBreaker(client, env.PAYMENTS_TABLE);
  return {
    payments: dynamoPayments(open),
    provider: (tenant, name) => guardedProvider(breaker, tenant, name, providers[name](tenant)),
    now: systemClock,
  };
};
