import { AwsError } from '../aws-error.ts';
import type { AuthorizationRequest } from '../contracts.ts';
import type { Verdict } from './policy-set.ts';

/** AWS's refusal, with what a developer needs next: the statement to add, or why an existing one does not apply. */
export const accessDenied = (request: AuthorizationRequest, verdict: Verdict): AwsError => {
  const { principal, action, resource } = request;
  const refusal = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  if (verdict.effect === 'deny') {
    return new AwsError('AccessDeniedException', `${refusal} with an explicit deny in ${verdict.policy}.`, 403);
  }
  const statement = JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
  const unmet = verdict.effect === 'none' ? verdict.unmet : [];
  const why =
    unmet.length > 0 ? ` A statement would allow it, but its condition on ${unmet.join(', ')} is not met.` : '';
  const holder =
    principal.kind === 'service' ? `the resource policy, with principal ${principal.service}` : principal.arn;
  return new AwsError('AccessDeniedException', `${refusal}.${why} Add ${statement} to ${holder}`, 403);
};
