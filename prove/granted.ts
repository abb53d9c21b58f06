import { compilePattern } from '../lib/local/iam/patterns.ts';
import type { GrantedStatement, GrantUse } from '../lib/local/grants-client.ts';

/** Part of a statement: one of its actions on one of its resources. */
export interface Grant {
  readonly statement: GrantedStatement;
  readonly action: string;
  readonly resource: string;
}

export const grantsOf = (statement: GrantedStatement): Grant[] =>
  statement.actions.flatMap((action) => statement.resources.map((resource) => ({ statement, action, resource })));

const covers = (grant: Grant): ((use: GrantUse) => boolean) => {
  const pattern = compilePattern(grant.resource, { wildcards: 'arn', variables: false });
  return (use) =>
    use.role === grant.statement.role && use.action === grant.action && pattern.matches(use.resource, () => undefined);
};

/** The grants that no use needed. */
export const unusedGrants = (statements: readonly GrantedStatement[], uses: readonly GrantUse[]): Grant[] =>
  statements.flatMap(grantsOf).filter((grant) => !uses.some(covers(grant)));

/** Whether a use is by leave of a statement. */
export const usesStatement = (statement: GrantedStatement): ((use: GrantUse) => boolean) => {
  const grants = grantsOf(statement).map(covers);
  return (use) => grants.some((covered) => covered(use));
};

/** A role or resource of this app in few words: without the account, the stage and the hashes. */
export const shortName = (arn: string): string =>
  arn
    .replace(/^arn:aws:iam::\d+:role\//, '')
    .replace(/^arn:aws:([a-z0-9]+):[a-z0-9-]*:\d*:/, '$1 ')
    .replaceAll(/cartwright-[a-z]+-/g, '')
    .replace(/Role[0-9A-F]{8}$/, '');

export const describeGrant = ({ statement, action, resource }: Grant): string =>
  `${shortName(statement.role)}: ${action} on ${shortName(resource)}`;
