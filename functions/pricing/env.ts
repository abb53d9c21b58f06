import * as z from 'zod';

/** Every function of pricing needs its table and nothing else. */
export const PricingTableEnv = z.object({ PRICING_TABLE: z.string() });
