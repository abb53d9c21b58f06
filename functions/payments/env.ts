import * as z from 'zod';

/** What each function of payments is bound to. */
export const PaymentsEnv = z.object({ PAYMENTS_TABLE: z.string() });
