import type { Account, AuthorizationRequest, Principal } from '../contracts.ts';

/** The value of a condition key (in lower case), as far as the request has one. */
export type RequestContext = (key: string) => string | readonly string[] | undefined;

/** What IAM knows of a caller beyond its ARN. */
export interface Caller {
  readonly principal: Principal;
  /** Of the role; a session's own come before them. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The global condition keys of a caller: they are the same for all of its requests, so they are built once.
 * `aws:SourceArn` and `aws:SourceAccount` exist for AWS services alone, as on AWS.
 */
export const callerContext = ({ principal, tags }: Caller, account: Account): RequestContext => {
  const context: Record<string, string | undefined> = {
    'aws:requestedregion': account.region,
    'aws:securetransport': 'true',
    'aws:principalisawsservice': principal.kind === 'service' ? 'true' : 'false',
  };
  if (principal.kind === 'service') {
    context['aws:principalservicename'] = principal.service;
    context['aws:sourcearn'] = principal.sourceArn;
    context['aws:sourceaccount'] = account.accountId;
  } else {
    context['aws:principalarn'] = principal.arn;
    context['aws:principalaccount'] = account.accountId;
    context['aws:principaltype'] = principal.kind === 'role' ? 'AssumedRole' : 'Account';
    context['aws:username'] = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
    const session = principal.kind === 'role' ? principal.session : undefined;
    for (const [key, value] of Object.entries({ ...tags, ...session?.tags }))
      context[`aws:principaltag/${key.toLowerCase()}`] = value;
  }
  return (key) => context[key];
};

/** The request's own keys come first; they may be getters, which are run only when a policy asks for them. */
export const requestContext = (
  caller: RequestContext,
  request: Pick<AuthorizationRequest, 'context'>,
): RequestContext => {
  const own = request.context;
  return own === undefined ? caller : (key) => own[key] ?? caller(key);
};
