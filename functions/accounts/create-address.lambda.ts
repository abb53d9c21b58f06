import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createAddress, createAddressRoute } from './create-address.ts';
import { dynamoCustomers } from './dynamo-customer-store.ts';
import { AccountsTableEnv } from './env.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);
const customers = dynamoCustomers(tenantDb(dynamoDbClient(), ACCOUNTS_TABLE));

export const handler = api(createAddressRoute, createAddress({ customers, now: systemClock }));
