import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { PaymentsEnv } from './env.ts';
import { getProvider, getProviderRoute } from './get-provider.ts';
import { dynamoProviderAccounts } from './provider-account.ts';

const { PAYMENTS_TABLE } = readEnv(PaymentsEnv);
const accounts = dynamoProviderAccounts(tenantDb(dynamoDbClient(), PAYMENTS_TABLE));

export const handler = api(getProviderRoute, getProvider({ accounts }));
