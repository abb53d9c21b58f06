import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { PaymentId, paymentNotFound, PaymentView } from './model.ts';
import type { OpenPayments } from './store.ts';

export const getPaymentRoute = defineRoute({
  method: 'GET',
  path: '/v1/payments/{paymentId}',
  summary: 'One payment',
  callers: ['secret', 'staff'],
  permission: 'payments:read',
  params: z.strictObject({ paymentId: PaymentId }),
  response: PaymentView,
  status: 200,
  errors: [paymentNotFound],
});

export const getPayment =
  ({ payments }: { readonly payments: OpenPayments }): UseCase<typeof getPaymentRoute> =>
  async ({ caller, params }) => {
    const record = await payments(caller.tenant).find(params.paymentId);
    if (record === undefined || record === 'closed') {
      throw paymentNotFound(`There is no payment ${params.paymentId}.`);
    }
    return { body: record, version: record.version };
  };
