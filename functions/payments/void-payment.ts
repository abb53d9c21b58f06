import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { paymentNotFound, paymentStateConflict } from './model.ts';
import { type SettleDeps, voided } from './settle.ts';
import { settleByRequest, settling } from './settle-request.ts';

export const voidPaymentRoute = defineRoute({
  ...settling,
  path: '/v1/payments/{paymentId}/void',
  summary: 'Let go what is held',
  status: 200,
  errors: [paymentNotFound, paymentStateConflict],
});

export const voidPaymentByRequest =
  (deps: SettleDeps): UseCase<typeof voidPaymentRoute> =>
  async (request) => {
    const { outcome, replayed } = await settleByRequest<never>(deps, request, {
      name: 'void',
      from: ['authorized', 'capture_failed'],
      act: voided,
    });
    return { body: outcome, version: outcome.version, replayed };
  };
