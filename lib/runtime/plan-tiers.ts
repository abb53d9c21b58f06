/** What a tenant's requests may amount to, over all APIs. Enforced per tenant by API Gateway, best effort. */
export interface PlanTier {
  /** Requests per second, sustained. */
  readonly rate: number;
  /** Requests that may come at once. */
  readonly burst: number;
  /** Requests in a calendar month. */
  readonly monthlyQuota: number;
}

/**
 * The tiers that plans are made of: each is one API Gateway usage plan over the APIs of all domains (stack `access`).
 * An account has room for few usage plans, so a plan names a tier instead of having one of its own.
 */
export const PLAN_TIERS = {
  starter: { rate: 50, burst: 100, monthlyQuota: 1_000_000 },
  growth: { rate: 500, burst: 1_000, monthlyQuota: 20_000_000 },
  scale: { rate: 5_000, burst: 5_000, monthlyQuota: 1_000_000_000 },
} as const satisfies Readonly<Record<string, PlanTier>>;

export type PlanTierName = keyof typeof PLAN_TIERS;
