import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { refundPayment, refundPaymentRoute } from './refund-payment.ts';
import { ProvidersEnv } from './env.ts';
import { settleDeps } from './wiring.ts';

export const handler = api(refundPaymentRoute, refundPayment(settleDeps(dynamoDbClient(), readEnv(ProvidersEnv))));
