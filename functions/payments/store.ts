import type { Position } from '../../lib/runtime/cursor.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Payment } from './model.ts';

/** What is under an order's payment id: a payment, or the mark that there will never be one. */
export type PaymentRecord = Payment | 'closed';

/** The payments of one tenant. */
export interface PaymentStore {
  /** Writes a payment once. @returns what was there already, if anything */
  open(payment: Payment): Promise<PaymentRecord | undefined>;
  /** Marks that there will never be a payment. @returns what was there already, if anything */
  close(paymentId: string, orderId: string, now: Date): Promise<PaymentRecord | undefined>;
  /** Always what was written last. */
  find(paymentId: string): Promise<PaymentRecord | undefined>;
  /** Writes the next version of the very version that was read; `conflict` when it was changed meanwhile. */
  change(next: Payment): Promise<'changed' | 'conflict'>;
  /** Newest first. */
  list(
    limit: number,
    after: Position | undefined,
  ): Promise<{ readonly payments: readonly Payment[]; readonly next: Position | undefined }>;
}

export type OpenPayments = (tenant: TenantId) => PaymentStore;
