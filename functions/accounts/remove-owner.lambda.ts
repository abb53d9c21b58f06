import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { RemoveOwner } from './calls.ts';
import { dynamoStaff } from './dynamo-staff-store.ts';
import { AccountsTableEnv } from './env.ts';
import { removeOwner } from './remove-owner.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);
const staff = dynamoStaff(dynamoDbClient(), ACCOUNTS_TABLE);

export const handler = step(RemoveOwner, removeOwner({ staff, now: systemClock }));
