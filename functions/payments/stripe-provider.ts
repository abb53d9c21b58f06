import { Currency } from '../../lib/runtime/money.ts';
import type { Authorization, PaymentProvider } from './provider.ts';
import type { StripeAnswer, StripeApi, StripeIntent } from './stripe-api.ts';

const UNKNOWN = { status: 'unknown' } as const;

/** What an intent that was to be held has become. https://docs.stripe.com/payments/paymentintents/lifecycle */
const authorizationOf = (answer: StripeAnswer<StripeIntent>): Authorization => {
  if (answer.kind === 'no_answer') return UNKNOWN;
  if (answer.kind === 'refused') {
    const { reason, code, detail } = answer;
    return reason === 'key'
      ? { status: 'declined', code: 'provider_key_refused', detail: "The shop's account at Stripe cannot be used." }
      : { status: 'declined', code, detail };
  }
  switch (answer.value.status) {
    case 'requires_capture':
      return { status: 'authorized' };
    case 'requires_action':
      return { status: 'authentication_required' };
    case 'requires_payment_method':
    case 'canceled':
      return { status: 'declined', code: answer.value.status, detail: 'The payment was declined.' };
    default:
      return UNKNOWN;
  }
};

const NOT_SET_UP = {
  status: 'declined',
  code: 'provider_not_configured',
  detail: 'The shop takes no payments by Stripe: it has set no key.',
} as const;

/**
 * Stripe: PaymentIntents that are captured by hand. An intent is created unconfirmed and remembered before it is
 * confirmed, so that whatever becomes of the answer, the truth can be asked for by its id; Stripe forgets the keys of
 * requests after 24 hours. Where a request is refused because the intent is in another state, the intent says which.
 *
 * @param account undefined when the tenant has none
 */
export const stripeProvider = (account: () => Promise<StripeApi | undefined>): PaymentProvider => ({
  authorize: async ({ intentId, amount, currency, method }, remember) => {
    const api = await account();
    if (api === undefined) return NOT_SET_UP;
    if (method === null) throw new Error(`The payment ${intentId} has no method`);
    const created = await api.create({ paymentId: intentId, amount, currency, method }, `${intentId}-create`);
    if (created.kind !== 'ok') return authorizationOf(created);
    const remembered = await remember(created.value.id);
    if (remembered === 'stop') return { status: 'stopped' };
    const reference = remembered.reference ?? created.value.id;
    const confirmed = await api.confirm(reference, `${intentId}-confirm`);
    // Confirmed before, or cancelled meanwhile: the intent is what counts.
    const moved = confirmed.kind === 'refused' && confirmed.code === 'payment_intent_unexpected_state';
    return authorizationOf(moved ? await api.retrieve(reference) : confirmed);
  },

  inquire: async ({ reference }) => {
    // What was never remembered was never confirmed.
    if (reference === null) return { status: 'none' };
    const api = await account();
    if (api === undefined) return UNKNOWN;
    const answer = await api.retrieve(reference);
    if (answer.kind === 'refused' && answer.code === 'resource_missing') return { status: 'none' };
    if (answer.kind !== 'ok') return UNKNOWN;
    const { status, amount, currency } = answer.value;
    const held = { amount, currency: Currency.parse(currency.toUpperCase()), method: null };
    if (status === 'requires_capture') return { status: 'authorized', ...held };
    if (status === 'succeeded') return { status: 'captured', ...held };
    if (status === 'canceled') return { status: 'voided' };
    return status === 'processing' ? UNKNOWN : { status: 'declined' };
  },

  void: async ({ reference }) => {
    if (reference === null) return { status: 'voided' };
    const api = await account();
    if (api === undefined) return UNKNOWN;
    const cancelled = await api.cancel(reference);
    if (cancelled.kind === 'refused' && cancelled.code === 'resource_missing') return { status: 'voided' };
    const answer =
      cancelled.kind === 'refused' && cancelled.reason === 'request' ? await api.retrieve(reference) : cancelled;
    if (answer.kind !== 'ok') return UNKNOWN;
    if (answer.value.status === 'canceled') return { status: 'voided' };
    return answer.value.status === 'succeeded' ? { status: 'captured' } : UNKNOWN;
  },

  capture: async ({ reference }) => {
    const api = await account();
    if (api === undefined) return { status: 'refused', code: NOT_SET_UP.code };
    if (reference === null) return { status: 'refused', code: 'resource_missing' };
    const captured = await api.capture(reference);
    const { kind } = captured;
    const answer =
      kind === 'refused' && captured.code === 'payment_intent_unexpected_state'
        ? await api.retrieve(reference)
        : captured;
    if (answer.kind === 'no_answer') return UNKNOWN;
    if (answer.kind === 'refused') return { status: 'refused', code: answer.code };
    if (answer.value.status === 'succeeded') return { status: 'captured' };
    if (answer.value.status === 'canceled') return { status: 'voided' };
    return { status: 'refused', code: answer.value.status };
  },

  refund: async ({ intentId, reference }) => {
    const api = await account();
    if (api === undefined) return { status: 'refused', code: NOT_SET_UP.code };
    if (reference === null) return { status: 'refused', code: 'resource_missing' };
    const answer = await api.refund(reference, `${intentId}-refund`);
    if (answer.kind === 'no_answer') return UNKNOWN;
    if (answer.kind === 'refused') {
      return answer.code === 'charge_already_refunded'
        ? { status: 'refunded' }
        : { status: 'refused', code: answer.code };
    }
    const { status } = answer.value;
    return status === 'succeeded' || status === 'pending'
      ? { status: 'refunded' }
      : { status: 'refused', code: status ?? 'unknown' };
  },
});
