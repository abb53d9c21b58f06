import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { inquire } from './inquire.ts';
import { Inquire } from './calls.ts';
import { ProvidersEnv } from './env.ts';
import { settleDeps } from './wiring.ts';

export const handler = step(Inquire, inquire(settleDeps(dynamoDbClient(), readEnv(ProvidersEnv))));
