import type { PaymentProvider, PricedIntent } from '../../functions/payments/provider.ts';

interface Held {
  status: 'authorized' | 'captured' | 'voided' | 'refunded';
  readonly intent: PricedIntent | undefined;
}

/** What the bank does with a card that is asked to hold an amount. */
export type Card = 'approved' | 'declined' | 'held_without_answer' | 'lost_without_answer' | 'needs_3ds';

export interface Bank {
  readonly card: Card;
  /** Void of an intent that has not come yet is forgotten; otherwise it is refused when it comes. */
  readonly forgetful?: boolean | undefined;
  /** So many inquiries get no answer. */
  readonly silentInquiries?: number | undefined;
}

/**
 * A bank that keeps books of everything: it moves money at most once per intent, and lets capture and void exclude each
 * other.
 */
export const strictBank = ({ card, forgetful = false, silentInquiries = 0 }: Bank) => {
  let silent = silentInquiries;
  const books = new Map<string, Held>();
  const captures: string[] = [];
  const provider: PaymentProvider = {
    authorize: async (intent) => {
      const known = books.get(intent.intentId);
      if (known?.status === 'voided') return { status: 'declined', code: 'voided', detail: 'voided before' };
      if (known !== undefined) return { status: 'authorized' };
      if (card === 'declined') return { status: 'declined', code: 'card_declined', detail: 'no' };
      if (card === 'needs_3ds') return { status: 'authentication_required' };
      if (card === 'lost_without_answer') return { status: 'unknown' };
      books.set(intent.intentId, { status: 'authorized', intent });
      return { status: card === 'held_without_answer' ? 'unknown' : 'authorized' };
    },
    inquire: async ({ intentId }) => {
      silent -= 1;
      if (silent >= 0) return { status: 'unknown' };
      const known = books.get(intentId);
      if (known === undefined) return { status: 'none' };
      if (known.intent === undefined || known.status === 'voided' || known.status === 'refunded')
        return { status: 'voided' };
      const { amount, currency, method } = known.intent;
      return { status: known.status, amount, currency, method };
    },
    void: async ({ intentId }) => {
      const known = books.get(intentId);
      if (known?.status === 'captured' || known?.status === 'refunded') return { status: 'captured' };
      if (known !== undefined || !forgetful) books.set(intentId, { status: 'voided', intent: known?.intent });
      return { status: 'voided' };
    },
    capture: async ({ intentId }) => {
      const known = books.get(intentId);
      if (known === undefined) return { status: 'refused', code: 'unknown_intent' };
      if (known.status === 'voided') return { status: 'voided' };
      if (known.status === 'authorized') {
        known.status = 'captured';
        captures.push(intentId);
      }
      return { status: 'captured' };
    },
    refund: async ({ intentId }) => {
      const known = books.get(intentId);
      if (known?.status === 'captured') known.status = 'refunded';
      return { status: 'refunded' };
    },
  };
  return {
    provider,
    /** How often money was taken, for all intents. */
    captures,
    /** Holds or has taken something. */
    holding: () =>
      [...books].filter(([, { status }]) => status === 'authorized' || status === 'captured').map(([id]) => id),
    statusOf: (intentId: string) => books.get(intentId)?.status ?? 'none',
  };
};
