import * as z from 'zod';
import { Amount, Currency } from '../../lib/runtime/money.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Authorization, PaymentProvider, PricedIntent, Remember } from './provider.ts';

/** The cards of the test provider and what each does. They are used as `payment.method`. */
export const TEST_CARDS = {
  card_approved: 'is approved',
  card_declined: 'is declined',
  card_insufficient_funds: 'is declined for want of money',
  card_timeout_authorized: 'gets no answer, but the amount is held',
  card_timeout_lost: 'gets no answer, and nothing is held',
  card_authentication_required: 'wants 3-D Secure',
  card_capture_fails: 'is approved, but the capture is refused',
} as const;

/** What the test provider itself remembers of an intent. */
export const TestIntent = z.object({
  status: z.enum(['authorized', 'voided']),
  amount: Amount,
  currency: Currency.nullable(),
  method: z.string().nullable(),
});
export type TestIntent = z.output<typeof TestIntent>;

/** The provider's own books: not ours, only kept in the same place. */
export interface TestBooks {
  find(intentId: string): Promise<TestIntent | undefined>;
  /** Writes what is not there yet. @returns what is there */
  open(intentId: string, intent: TestIntent): Promise<TestIntent>;
  void(intentId: string): Promise<void>;
}

const declined = (code: string, detail: string): Authorization => ({ status: 'declined', code, detail });

/**
 * A provider without money, for development and tests. What a card does is written on it (`TEST_CARDS`). Only what our
 * side does not hear of is remembered here: the time-out that took effect, and what was voided. An approved card holds
 * its amount exactly when our own payment says so, which costs the checkout no further write.
 */
export const testProvider =
  (openBooks: (tenant: TenantId) => TestBooks) =>
  (tenant: TenantId): PaymentProvider => {
    const books = openBooks(tenant);

    const withoutAnswer = async (
      { intentId, amount, currency, method }: PricedIntent,
      remember: Remember,
    ): Promise<Authorization> => {
      if ((await remember(null)) === 'stop') return { status: 'stopped' };
      const held = await books.open(intentId, { status: 'authorized', amount, currency, method });
      return held.status === 'voided' ? declined('intent_voided', 'The payment was voided.') : { status: 'unknown' };
    };

    return {
      authorize: async (intent, remember) => {
        switch (intent.method) {
          case 'card_approved':
          case 'card_capture_fails':
            return { status: 'authorized' };
          case 'card_declined':
            return declined('card_declined', 'The card was declined.');
          case 'card_insufficient_funds':
            return declined('insufficient_funds', 'The card has not enough money.');
          case 'card_authentication_required':
            return { status: 'authentication_required' };
          case 'card_timeout_lost':
            return { status: 'unknown' };
          case 'card_timeout_authorized':
            return withoutAnswer(intent, remember);
          default:
            return declined('unknown_card', `The test provider knows ${Object.keys(TEST_CARDS).join(', ')}.`);
        }
      },

      inquire: async ({ intentId }) => {
        const intent = await books.find(intentId);
        if (intent === undefined) return { status: 'none' };
        const { status, amount, currency, method } = intent;
        return status === 'voided' || currency === null ? { status: 'voided' } : { status, amount, currency, method };
      },

      void: async ({ intentId }) => {
        await books.void(intentId);
        return { status: 'voided' };
      },

      capture: async ({ method }) =>
        method === 'card_capture_fails' ? { status: 'refused', code: 'capture_refused' } : { status: 'captured' },

      refund: async () => ({ status: 'refunded' }),
    };
  };
