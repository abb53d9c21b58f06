import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { OwnerInvitation } from './calls.ts';
import { dynamoStaff } from './dynamo-staff-store.ts';
import { TableAndKeysEnv } from './env.ts';
import { cachedKeySet } from './key-vault.ts';
import { ownerInvitation } from './owner-invitation.ts';

const { ACCOUNTS_TABLE, ACCOUNTS_KEYS } = readEnv(TableAndKeysEnv);
const staff = dynamoStaff(dynamoDbClient(), ACCOUNTS_TABLE);
const readKeySet = cachedKeySet(secretsManager(), ACCOUNTS_KEYS, systemClock);

export const handler = step(OwnerInvitation, ownerInvitation({ staff, readKeySet, now: systemClock }));
