import * as z from 'zod';

/** What each function of payments is bound to. */
export const PaymentsEnv = z.object({ PAYMENTS_TABLE: z.string() });

/** Functions that need a provider: the beginning of the names of the secrets in which tenants' keys are. */
export const ProvidersEnv = PaymentsEnv.extend({ PROVIDER_SECRETS: z.string() });
