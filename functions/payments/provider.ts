import type { Currency } from '../../lib/runtime/money.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { PaymentProviderName } from './calls.ts';

/**
 * One payment at a provider. The id is ours, so that the truth can always be asked for, whatever became of an answer; the
 * same id twice is the same payment.
 */
export interface Intent {
  readonly intentId: string;
  /** The provider's own id, once it was remembered; null where nothing was. */
  readonly reference: string | null;
}

export interface PricedIntent extends Intent {
  readonly amount: number;
  readonly currency: Currency;
  /** The provider's token for the means of payment; null when only the provider knows. */
  readonly method: string | null;
}

/** No answer, or none that can be understood. What happened must be asked for. */
interface Unknown {
  readonly status: 'unknown';
}

/**
 * Keeps the provider's id of an intent, or only that there is one, before the provider may hold anything for it.
 * @returns the id to go on with, which is that of an earlier try if there was one; `stop`: nothing may be held any more, or
 * it is held already
 */
export type Remember = (reference: string | null) => Promise<{ readonly reference: string | null } | 'stop'>;

export type Authorization =
  | { readonly status: 'authorized' }
  | { readonly status: 'authentication_required' }
  | { readonly status: 'stopped' }
  | { readonly status: 'declined'; readonly code: string; readonly detail: string }
  | Unknown;

export type Truth =
  | {
      readonly status: 'authorized' | 'captured';
      readonly amount: number;
      readonly currency: Currency;
      readonly method: string | null;
    }
  | { readonly status: 'none' | 'declined' | 'voided' }
  | Unknown;

/**
 * What a payment provider can do. Every operation is safe to repeat. What is not certain to have happened is `unknown`,
 * never an error. Nothing that lasts is held before `remember` has said that it may be, so an order without a payment of
 * ours can be closed while the provider cannot be asked. `void` of an intent that the provider does not know makes it refuse
 * that intent from then on, where it could hold anything for one that was never remembered. Capture and void exclude each
 * other at the provider.
 */
export interface PaymentProvider {
  authorize(intent: PricedIntent, remember: Remember): Promise<Authorization>;
  inquire(intent: Intent): Promise<Truth>;
  void(intent: Intent): Promise<{ readonly status: 'voided' | 'captured' } | Unknown>;
  capture(
    intent: PricedIntent,
  ): Promise<
    { readonly status: 'captured' | 'voided' } | { readonly status: 'refused'; readonly code: string } | Unknown
  >;
  refund(
    intent: PricedIntent,
  ): Promise<{ readonly status: 'refunded' } | { readonly status: 'refused'; readonly code: string } | Unknown>;
}

/** The providers of a tenant, by name. */
export type OpenProvider = (tenant: TenantId, name: PaymentProviderName) => PaymentProvider;
