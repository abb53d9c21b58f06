import type { Idempotency } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Code, PricedVariant } from './model.ts';
import type { Rules } from './rules.ts';

/** The tenant's rules: one document, changed by one at a time. */
export interface RulesStore {
  read(tenant: TenantId): Promise<Rules>;
  /**
   * Applies `decide` to the newest rules and keeps what it says, unless it returns the very rules that it got. It may run again
   * when somebody else was faster.
   * @throws too_many_rules when the rules would not fit into their item
   */
  change<Result>(tenant: TenantId, decide: (rules: Rules) => { rules: Rules; result: Result }): Promise<Result>;
}

/** What a quote needs to know, read at once. */
export interface PriceBook {
  factsFor(
    tenant: TenantId,
    variantIds: readonly string[],
    codes: readonly string[],
  ): Promise<{ rules: Rules; variants: ReadonlyMap<string, PricedVariant>; codes: ReadonlyMap<string, Code> }>;
}

/** The read model of variants; only what is newer than what is there is kept. */
export interface VariantStore {
  keep(tenant: TenantId, variant: PricedVariant, sequence: number): Promise<void>;
  forget(tenant: TenantId, variantId: string, sequence: number): Promise<void>;
}

export interface CodeStore {
  /** `taken`: another request made this code. `replayed`: this very request did. @throws idempotency_key_reused */
  create(
    tenant: TenantId,
    code: Code,
    idempotency: Idempotency,
  ): Promise<{ readonly status: 'created' | 'replayed'; readonly code: Code } | { readonly status: 'taken' }>;
  list(
    tenant: TenantId,
    promotionId: string,
    limit: number,
    after: Readonly<Record<string, string | number>> | undefined,
  ): Promise<{ items: readonly Code[]; last: Readonly<Record<string, string | number>> | undefined }>;
}

export interface RedemptionOrder {
  readonly orderId: string;
  readonly codes: readonly string[];
  readonly customerKey: string;
}

export interface RedemptionStore {
  /** Counts all codes as used by the order, or none; once per order. */
  redeem(
    tenant: TenantId,
    order: RedemptionOrder,
  ): Promise<{ status: 'redeemed' } | { status: 'exhausted'; code: string } | { status: 'closed' }>;
  /** Counts them as unused again; without a redemption, leaves the mark that closes the order. */
  unredeem(tenant: TenantId, orderId: string): Promise<void>;
}
