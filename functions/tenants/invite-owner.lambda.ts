import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { step } from '../../lib/runtime/step.ts';
import { CreateOwner } from '../accounts/calls.ts';
import { InviteOwner } from './calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { InviteOwnerEnv } from './env.ts';
import { inviteOwner } from './invite-owner.ts';

const { TENANTS_TABLE, CREATE_OWNER_FUNCTION } = readEnv(InviteOwnerEnv);
const client = dynamoDbClient();
const breaker = sharedBreaker(client, TENANTS_TABLE);
const tenants = dynamoTenants(client, TENANTS_TABLE);
const createOwner = callFunction(lambdaClient(), CREATE_OWNER_FUNCTION, CreateOwner, { breaker, retries: 1 });

export const handler = step(InviteOwner, inviteOwner({ tenants, createOwner }));
