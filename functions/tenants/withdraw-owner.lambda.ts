import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { step } from '../../lib/runtime/step.ts';
import { RemoveOwner } from '../accounts/calls.ts';
import { WithdrawOwner } from './calls.ts';
import { dynamoTenants } from './dynamo-tenant-store.ts';
import { WithdrawOwnerEnv } from './env.ts';
import { withdrawOwner } from './withdraw-owner.ts';

const { TENANTS_TABLE, REMOVE_OWNER_FUNCTION } = readEnv(WithdrawOwnerEnv);
const client = dynamoDbClient();
const breaker = sharedBreaker(client, TENANTS_TABLE);
const tenants = dynamoTenants(client, TENANTS_TABLE);
const removeOwner = callFunction(lambdaClient(), REMOVE_OWNER_FUNCTION, RemoveOwner, { breaker, retries: 1 });

export const handler = step(WithdrawOwner, withdrawOwner({ tenants, removeOwner }));
