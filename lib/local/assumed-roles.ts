import type { Iam, Principal } from './contracts.ts';

/**
 * Roles that a service assumes again and again: trust is checked at the first use. Roles do not change while the local
 * cloud runs.
 */
export const createAssumedRoles = (iam: Iam, service: string): ((roleArn: string) => Principal) => {
  const assumed = new Map<string, Principal>();
  return (roleArn) => {
    const known = assumed.get(roleArn);
    if (known !== undefined) return known;
    const principal = iam.assume(roleArn, service);
    assumed.set(roleArn, principal);
    return principal;
  };
};
