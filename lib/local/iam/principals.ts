import type { Principal } from '../contracts.ts';
import type { PolicyStatement } from './documents.ts';
import { compilePattern } from './patterns.ts';

/** Whether a resource policy's or trust policy's statement speaks of a caller. */
export type PrincipalMatch = (principal: Principal) => boolean;

const ACCOUNT = /^(?:arn:aws:iam::(\d{12}):root|(\d{12}))$/;
/** Whether a `{AWS: ...}` principal stands for a whole account, or for everyone. */
export const isAccount = (value: string): boolean => value === '*' || ACCOUNT.test(value);

const accountOf = (arn: string): string | undefined => arn.split(':')[4];

/** `{AWS: ...}`: everyone, an account (all of its principals) or one role; IAM takes no other wildcards here. */
const awsMatch = (value: string): PrincipalMatch => {
  if (value === '*') return () => true;
  const [, byArn, byId] = ACCOUNT.exec(value) ?? [];
  const account = byArn ?? byId;
  if (account !== undefined) return (principal) => principal.kind !== 'service' && accountOf(principal.arn) === account;
  return (principal) => principal.kind !== 'service' && principal.arn === value;
};

const serviceMatch = (value: string): PrincipalMatch => {
  const pattern = compilePattern(value, { wildcards: 'none', variables: false, ignoreCase: true });
  return (principal) => principal.kind === 'service' && pattern.matches(principal.service, () => undefined);
};

const matchesOf = (block: NonNullable<PolicyStatement['Principal']>): readonly PrincipalMatch[] => {
  if (block === '*') return [() => true];
  return Object.entries(block).flatMap(([type, values]) => {
    if (type === 'AWS') return values.map(awsMatch);
    if (type === 'Service') return values.map(serviceMatch);
    throw new Error(`Principals of type ${type} are not known here`);
  });
};

/** Undefined for identity policies, whose statements have no principal. */
export const compilePrincipal = (statement: PolicyStatement): PrincipalMatch | undefined => {
  if (statement.Principal !== undefined) {
    const matches = matchesOf(statement.Principal);
    return (principal) => matches.some((match) => match(principal));
  }
  if (statement.NotPrincipal !== undefined) {
    const matches = matchesOf(statement.NotPrincipal);
    return (principal) => !matches.some((match) => match(principal));
  }
  return undefined;
};
