import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { authorize } from './authorize.ts';
import { Authorize } from './calls.ts';
import { ProvidersEnv } from './env.ts';
import { settleDeps } from './wiring.ts';

export const handler = step(Authorize, authorize(settleDeps(dynamoDbClient(), readEnv(ProvidersEnv))));
