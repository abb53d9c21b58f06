import * as z from 'zod';
import { unprocessable } from '../../lib/runtime/errors.ts';
import { Money } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { captureFailed, PaymentId, paymentNotFound, paymentStateConflict, PaymentView } from './model.ts';
import { captured, type SettleDeps } from './settle.ts';
import { assertWhole, settleByRequest } from './settle-request.ts';

export const capturePaymentRoute = defineRoute({
  method: 'POST',
  path: '/v1/payments/{paymentId}/capture',
  summary: 'Take the whole amount that is held',
  callers: ['secret', 'staff'],
  permission: 'payments:write',
  idempotency: 'required',
  params: z.strictObject({ paymentId: PaymentId }),
  body: z.strictObject({ amount: Money.optional() }),
  response: PaymentView,
  status: 200,
  errors: [paymentNotFound, paymentStateConflict, captureFailed, unprocessable],
});

/** Also the way out of a capture that failed before. */
export const capturePayment =
  (deps: SettleDeps): UseCase<typeof capturePaymentRoute> =>
  async (request) => {
    const { outcome, replayed } = await settleByRequest<never>(deps, request, {
      name: 'capture',
      from: ['authorized', 'capture_failed'],
      act: (settler, payment) => {
        assertWhole(request.body.amount, payment);
        return captured(deps, settler, payment);
      },
    });
    if (outcome.status === 'capture_failed') {
      throw captureFailed(`The provider refused the capture (${outcome.failureCode}).`);
    }
    return { body: outcome, version: outcome.version, replayed };
  };
