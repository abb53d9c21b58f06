import * as z from 'zod';
import { PLAN_TIERS, type PlanTierName } from '../../lib/runtime/plan-tiers.ts';

const isPlan = (name: string): name is PlanTierName => Object.hasOwn(PLAN_TIERS, name);

/** A plan by its name. Plans are configuration: each is a tier of usage plans (stack `access`). */
export const PlanName = z.string().refine(isPlan, {
  error: `must be one of the plans: ${Object.keys(PLAN_TIERS).join(', ')}`,
});

export const Plan = z.object({
  id: z.string(),
  /** Requests per second, sustained, over all APIs. */
  rate: z.number().int(),
  /** Requests that may come at once. */
  burst: z.number().int(),
  /** Requests in a calendar month. */
  monthlyQuota: z.number().int(),
});

export const PLANS: readonly z.output<typeof Plan>[] = Object.entries(PLAN_TIERS).map(
  ([id, { rate, burst, monthlyQuota }]) => ({ id, rate, burst, monthlyQuota }),
);
