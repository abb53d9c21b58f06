import * as z from 'zod';

/** Most functions of tenants need their table and nothing else. */
export const TenantsTableEnv = z.object({ TENANTS_TABLE: z.string() });

export const CreateTenantEnv = TenantsTableEnv.extend({ ONBOARDING_MACHINE: z.string() });
export const GetTenantEnv = TenantsTableEnv.extend({ OWNER_INVITATION_FUNCTION: z.string() });
export const InviteOwnerEnv = TenantsTableEnv.extend({ CREATE_OWNER_FUNCTION: z.string() });
export const WithdrawOwnerEnv = TenantsTableEnv.extend({ REMOVE_OWNER_FUNCTION: z.string() });
/** `USAGE_PLAN_PARAMETERS` and a plan make the name of the parameter with its usage plan's id. */
export const UsageKeyEnv = TenantsTableEnv.extend({ USAGE_PLAN_PARAMETERS: z.string() });
/** `USAGE_KEYS` is the path of API keys: the SDK knows it, the function's role gets its rights by it. */
export const RemoveUsageKeyEnv = TenantsTableEnv.extend({ USAGE_KEYS: z.string() });
export const RepairTenantsEnv = TenantsTableEnv.extend({
  ONBOARDING_MACHINE: z.string(),
  USAGE_PLAN_PARAMETERS: z.string(),
});
/** Of a function that needs nothing from outside. */
export const NoEnv = z.object({});
