import type { AuthorizationRequest } from '../contracts.ts';
import { accessDenied } from './access-denied.ts';
import { callerContext, requestContext } from './context.ts';
import type { GrantObserver } from './grant-record.ts';
import type { RoleSnapshot } from './iam.ts';
import { compilePolicies } from './policy-set.ts';

/**
 * `Iam.authorize` for one role, made of its snapshot: for services that are served inside a worker. Resource policies
 * are not part of it, so it is only for services that have none (DynamoDB).
 */
export const createAuthorizer = (
  snapshot: RoleSnapshot,
  observer?: GrantObserver,
): ((request: Omit<AuthorizationRequest, 'principal'>) => void) => {
  const policies = compilePolicies(snapshot.policies, observer);
  const { principal } = snapshot;
  const caller = callerContext(snapshot, snapshot.account);
  return (request) => {
    const verdict = policies.decide({ ...request, principal }, () => requestContext(caller, request));
    if (verdict.effect === 'allow') return;
    const denied = accessDenied({ ...request, principal }, verdict);
    observer?.refused(request.action, request.resource, denied.message);
    throw denied;
  };
};
