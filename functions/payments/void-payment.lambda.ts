import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { voidPaymentByRequest, voidPaymentRoute } from './void-payment.ts';
import { ProvidersEnv } from './env.ts';
import { settleDeps } from './wiring.ts';

export const handler = api(voidPaymentRoute, voidPaymentByRequest(settleDeps(dynamoDbClient(), readEnv(ProvidersEnv))));
