import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoCustomers } from './dynamo-customer-store.ts';
import { TableAndKeysEnv } from './env.ts';
import { cachedKeySet } from './key-vault.ts';
import { argon2Passwords } from './password.ts';
import { registerCustomer, registerCustomerRoute } from './register-customer.ts';

const { ACCOUNTS_TABLE, ACCOUNTS_KEYS } = readEnv(TableAndKeysEnv);

export const handler = api(
  registerCustomerRoute,
  registerCustomer({
    customers: dynamoCustomers(tenantDb(dynamoDbClient(), ACCOUNTS_TABLE)),
    passwords: argon2Passwords,
    readKeySet: cachedKeySet(secretsManager(), ACCOUNTS_KEYS, systemClock),
    now: systemClock,
  }),
);
