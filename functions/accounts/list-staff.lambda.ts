import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoStaff } from './dynamo-staff-store.ts';
import { AccountsTableEnv } from './env.ts';
import { listStaff, listStaffRoute } from './list-staff.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);

export const handler = api(listStaffRoute, listStaff({ staff: dynamoStaff(dynamoDbClient(), ACCOUNTS_TABLE) }));
