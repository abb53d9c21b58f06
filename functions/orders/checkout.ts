import * as z from 'zod';
import type { Money } from '../../lib/runtime/money.ts';
import type { Actor, TenantId, TenantSettings } from '../../lib/runtime/tenant.ts';
import type { Address } from '../carts/calls.ts';
import { Confirm } from './calls.ts';

/** What the checkout's workflow works on. Every member is there, because its templates name them. */
export interface CheckoutInput {
  readonly orderId: string;
  readonly attempt: string;
  readonly requestHash: string;
  readonly tokenHash: string | null;
  readonly customerId: string | null;
  readonly actor: Actor;
  readonly cartId: string;
  readonly guestTokenHash: string | null;
  readonly asStaff: boolean;
  readonly expectedTotal: Money;
  readonly billingAddress: Address | null;
  readonly payment: { readonly provider: string; readonly method: string } | null;
  readonly country: string;
  readonly taxMode: TenantSettings['taxMode'];
  readonly capture: TenantSettings['capture'];
  readonly orderPrefix: string;
}

/** A cart that another order has locked, as the first step tells it. */
const LockRefusal = z.object({
  code: z.string(),
  lockedBy: z.string().nullish(),
  lockedAt: z.string().nullish(),
});

/**
 * What of the workflow's output matters: the confirmation, which spares a read, and whose lock was in the way. For
 * everything else the order itself is asked.
 */
export const CheckoutOutput = z.object({
  status: z.enum(['completed', 'refused', 'failed', 'kept']),
  step: z.string().nullish(),
  refusal: LockRefusal.partial().nullish(),
  error: z.object({ Error: z.string(), Cause: z.string() }).partial().nullish(),
  results: z
    .object({ lock: z.object({ status: z.string() }).optional(), confirm: Confirm.output.optional() })
    .nullish(),
});
export type CheckoutOutput = z.output<typeof CheckoutOutput>;

/** How a run of the workflow ended. `unknown`: there is no verdict (yet), and it may still go on. */
export type CheckoutRun = CheckoutOutput | { readonly status: 'unknown'; readonly cause: unknown };

/**
 * Runs the checkout and waits for it, for 20 s at most.
 * @throws dependency_missing (503) when the workflow is not deployed
 */
export type RunCheckout = (
  context: { readonly tenant: TenantId; readonly traceId: string },
  input: CheckoutInput,
) => Promise<CheckoutRun>;
