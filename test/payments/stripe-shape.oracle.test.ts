import { describe, expect, it } from 'vitest';
import { stripeApi } from '../../functions/payments/stripe-api.ts';
import { oracleUrl } from '../local/contract-cases.ts';

/** stripe-mock refuses unknown and missing parameters, and remembers nothing: it knows the shape of requests, no payment. */
describe('Stripe takes the shape of', () => {
  const api = stripeApi({ secretKey: 'sk_test_123', baseUrl: oracleUrl('STRIPE_MOCK_URL') });
  const intent = { paymentId: 'pay_1', amount: 500, currency: 'EUR', method: 'pm_card_visa' };

  it.each([
    ['creating an intent', () => api.create(intent, 'key-1')],
    ['confirming it', () => api.confirm('pi_1', 'key-2')],
    ['asking for it', () => api.retrieve('pi_1')],
    ['capturing it', () => api.capture('pi_1')],
    ['cancelling it', () => api.cancel('pi_1')],
    ['refunding it', () => api.refund('pi_1', 'key-3')],
  ])('%s', async (_, request) => {
    expect(await request()).toMatchObject({ kind: 'ok' });
  });

  it('nothing else', async () => {
    expect(await api.create({ ...intent, amount: 0.5 }, 'key-4')).toMatchObject({
      kind: 'refused',
      reason: 'request',
    });
  });
});
