import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { voidPayment } from './void.ts';
import { Void } from './calls.ts';
import { ProvidersEnv } from './env.ts';
import { settleDeps } from './wiring.ts';

export const handler = step(Void, voidPayment(settleDeps(dynamoDbClient(), readEnv(ProvidersEnv))));
