import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { randomBase62 } from '../../lib/runtime/random-text.ts';
import { step } from '../../lib/runtime/step.ts';
import { CreateOwner } from './calls.ts';
import { createOwner } from './create-owner.ts';
import { dynamoStaff } from './dynamo-staff-store.ts';
import { AccountsTableEnv } from './env.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);
const staff = dynamoStaff(dynamoDbClient(), ACCOUNTS_TABLE);

export const handler = step(CreateOwner, createOwner({ staff, newNonce: () => randomBase62(40), now: systemClock }));
