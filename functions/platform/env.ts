import * as z from 'zod';

export const AuthorizerEnv = z.object({
  STAGE: z.string(),
  OPERATOR_SECRET: z.string(),
  VERIFY_KEY_FUNCTION: z.string(),
  RESOLVE_TENANT_FUNCTION: z.string(),
  SIGNING_KEYS_FUNCTION: z.string(),
  VERIFY_SESSION_FUNCTION: z.string(),
});
