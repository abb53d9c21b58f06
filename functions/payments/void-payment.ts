import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { PaymentId, paymentNotFound, paymentStateConflict, PaymentView } from './model.ts';
import { type SettleDeps, voided } from './settle.ts';
import { settleByRequest } from './settle-request.ts';

export const voidPaymentRoute = defineRoute({
  method: 'POST',
  path: '/v1/payments/{paymentId}/void',
  summary: 'Let go what is held',
  callers: ['secret', 'staff'],
  permission: 'payments:write',
  idempotency: 'required',
  params: z.strictObject({ paymentId: PaymentId }),
  response: PaymentView,
  status: 200,
  errors: [paymentNotFound, paymentStateConflict],
});

export const voidPaymentByRequest =
  (deps: SettleDeps): UseCase<typeof voidPaymentRoute> =>
  async (request) => {
    const { outcome, replayed } = await settleByRequest<never>(deps, request, {
      name: 'void',
      from: ['authorized', 'capture_failed'],
      act: (settler, payment) => voided(deps, settler, payment),
    });
    return { body: outcome, version: outcome.version, replayed };
  };
