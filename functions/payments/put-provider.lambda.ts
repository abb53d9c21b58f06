import { randomUUID } from 'node:crypto';
import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { namedSecrets } from '../../lib/runtime/clients/named-secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { lambdaEnv, readEnv } from '../../lib/runtime/env.ts';
import { ProvidersEnv } from './env.ts';
import { dynamoProviderAccounts } from './provider-account.ts';
import { putProvider, putProviderRoute } from './put-provider.ts';

const { PAYMENTS_TABLE, PROVIDER_SECRETS } = readEnv(ProvidersEnv);

export const handler = api(
  putProviderRoute,
  putProvider({
    accounts: dynamoProviderAccounts(tenantDb(dynamoDbClient(), PAYMENTS_TABLE)),
    secrets: namedSecrets(randomUUID),
    secretPrefix: PROVIDER_SECRETS,
    isLocal: lambdaEnv().AWS_ENDPOINT_URL !== undefined,
    now: systemClock,
  }),
);
