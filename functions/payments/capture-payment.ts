import { unprocessable } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { captureFailed, paymentNotFound, paymentStateConflict } from './model.ts';
import { captured, type SettleDeps } from './settle.ts';
import { settleByRequest, settling, WholeAmount } from './settle-request.ts';

export const capturePaymentRoute = defineRoute({
  ...settling,
  path: '/v1/payments/{paymentId}/capture',
  summary: 'Take the whole amount that is held',
  body: WholeAmount,
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
      act: captured,
    });
    if (outcome.status === 'capture_failed') {
      throw captureFailed(`The provider refused the capture (${outcome.failureCode}).`);
    }
    return { body: outcome, version: outcome.version, replayed };
  };
