import { unprocessable } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { paymentNotFound, paymentStateConflict, refundFailed } from './model.ts';
import { refunded, type SettleDeps } from './settle.ts';
import { settleByRequest, settling, WholeAmount } from './settle-request.ts';

export const refundPaymentRoute = defineRoute({
  ...settling,
  path: '/v1/payments/{paymentId}/refunds',
  summary: 'Give the whole captured amount back',
  body: WholeAmount,
  status: 201,
  errors: [paymentNotFound, paymentStateConflict, refundFailed, unprocessable],
});

export const refundPayment =
  (deps: SettleDeps): UseCase<typeof refundPaymentRoute> =>
  async (request) => {
    const { outcome, replayed } = await settleByRequest<{ readonly refused: string }>(deps, request, {
      name: 'refund',
      from: ['captured'],
      act: refunded,
    });
    if ('refused' in outcome) throw refundFailed(`The provider refused the refund (${outcome.refused}).`);
    return { body: outcome, version: outcome.version, replayed };
  };
