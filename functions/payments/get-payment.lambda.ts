import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoPayments } from './dynamo-payment-store.ts';
import { getPayment, getPaymentRoute } from './get-payment.ts';
import { PaymentsEnv } from './env.ts';

const { PAYMENTS_TABLE } = readEnv(PaymentsEnv);

export const handler = api(
  getPaymentRoute,
  getPayment({ payments: dynamoPayments(tenantDb(dynamoDbClient(), PAYMENTS_TABLE)) }),
);
