import type { AuthorizationRequest } from '../contracts.ts';
import { accessDenied } from './access-denied.ts';
import { callerContext, requestContext } from './context.ts';
import type { RoleSnapshot } from './iam.ts';
import { compilePolicies } from './policy-set.ts';

/**
 * `Iam.authorize` for one role, made of its snapshot: for services that are served inside a worker. Resource policies
 * are not part of it, so it is only for services that have none (DynamoDB). `allowed` as for `compilePolicies`.
 */
export const createAuthorizer = (
  snapshot: RoleSnapshot,
  allowed?: (action: string, resource: string) => void,
): ((request: Omit<AuthorizationRequest, 'principal'>) => void) => {
  const policies = compilePolicies(snapshot.policies, allowed);
  const { principal } = snapshot;
  const caller = callerContext(snapshot, snapshot.account);
  return (request) => {
    const verdict = policies.decide({ ...request, principal }, () => requestContext(caller, request));
    if (verdict.effect !== 'allow') throw accessDenied({ ...request, principal }, verdict);
  };
};
