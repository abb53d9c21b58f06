import * as z from 'zod';
import { unprocessable } from '../../lib/runtime/errors.ts';
import { Money } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { PaymentId, paymentNotFound, paymentStateConflict, PaymentView, refundFailed } from './model.ts';
import { refunded, type SettleDeps } from './settle.ts';
import { assertWhole, settleByRequest } from './settle-request.ts';

export const refundPaymentRoute = defineRoute({
  method: 'POST',
  path: '/v1/payments/{paymentId}/refunds',
  summary: 'Give the whole captured amount back',
  callers: ['secret', 'staff'],
  permission: 'payments:write',
  idempotency: 'required',
  params: z.strictObject({ paymentId: PaymentId }),
  body: z.strictObject({ amount: Money.optional() }),
  response: PaymentView,
  status: 201,
  errors: [paymentNotFound, paymentStateConflict, refundFailed, unprocessable],
});

export const refundPayment =
  (deps: SettleDeps): UseCase<typeof refundPaymentRoute> =>
  async (request) => {
    const { outcome, replayed } = await settleByRequest<{ readonly refused: string }>(deps, request, {
      name: 'refund',
      from: ['captured'],
      act: (settler, payment) => {
        assertWhole(request.body.amount, payment);
        return refunded(deps, settler, payment);
      },
    });
    if ('refused' in outcome) throw refundFailed(`The provider refused the refund (${outcome.refused}).`);
    return { body: outcome, version: outcome.version, replayed };
  };
