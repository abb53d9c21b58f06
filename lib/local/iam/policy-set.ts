import { compileCondition } from './conditions.ts';
import type { Condition } from './conditions.ts';
import type { RequestContext } from './context.ts';
import type { GrantObserver } from './grant-record.ts';
import type { PolicyDocument, PolicyStatement } from './documents.ts';
import { compilePattern } from './patterns.ts';
import type { TextPattern, VariableLookup } from './patterns.ts';
import { compilePrincipal } from './principals.ts';
import type { PrincipalMatch } from './principals.ts';
import type { Principal } from '../contracts.ts';

/** `none` is IAM's implicit deny; `unmet` names the condition keys of a statement that would otherwise have allowed. */
export type Verdict =
  | { readonly effect: 'allow' }
  | { readonly effect: 'deny'; readonly policy: string }
  | { readonly effect: 'none'; readonly unmet: readonly string[] };

export interface NamedPolicy {
  readonly name: string;
  /** Plain data, so that a set can be handed to a worker. */
  readonly document: PolicyDocument;
}

interface Statement {
  readonly policy: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: (action: string) => boolean;
  /** True when the resource part needs no values of the request. */
  readonly fixedResource: boolean;
  readonly resource: (resource: string, lookup: VariableLookup) => boolean;
  readonly principal: PrincipalMatch | undefined;
  readonly condition: Condition | undefined;
}

const noVariables: VariableLookup = () => undefined;
const ALLOW: Verdict = { effect: 'allow' };
const NONE: Verdict = { effect: 'none', unmet: [] };

const anyOf =
  (patterns: readonly TextPattern[]) =>
  (text: string, lookup: VariableLookup): boolean =>
    patterns.some((pattern) => pattern.matches(text, lookup));

const compileStatement = (statement: PolicyStatement, policy: string, variables: boolean): Statement => {
  const actions = (statement.Action ?? statement.NotAction ?? []).map((action) =>
    compilePattern(action, { wildcards: 'anywhere', variables: false, ignoreCase: true }),
  );
  const resources = (statement.Resource ?? statement.NotResource ?? ['*']).map((resource) =>
    compilePattern(resource, { wildcards: 'arn', variables }),
  );
  const matchesAction = anyOf(actions);
  const matchesResource = anyOf(resources);
  const notAction = statement.NotAction !== undefined;
  const notResource = statement.NotResource !== undefined;
  return {
    policy: statement.Sid === undefined ? policy : `${policy} (${statement.Sid})`,
    effect: statement.Effect,
    action: (action) => matchesAction(action, noVariables) !== notAction,
    fixedResource: resources.every((pattern) => pattern.fixed),
    resource: (resource, lookup) => matchesResource(resource, lookup) !== notResource,
    principal: compilePrincipal(statement),
    condition: compileCondition(statement.Condition ?? {}, variables),
  };
};

/** What remains to be looked at for one action on one resource; `verdict` when nothing does. */
interface Candidates {
  readonly statements: readonly Statement[];
  readonly verdict: Verdict | undefined;
  /** The mark at which it was last told that this was allowed. */
  told: number;
}

/** Decisions kept per set; an action on a resource is asked for again and again. */
const CACHE_LIMIT = 5000;

export interface PolicySet {
  /** IAM's evaluation of these policies alone: an explicit deny wins over every allow. */
  decide(
    request: { readonly action: string; readonly resource: string; readonly principal: Principal },
    context: () => RequestContext,
  ): Verdict;
}

const unconditional = (statement: Statement): boolean =>
  statement.condition === undefined && statement.fixedResource && statement.principal === undefined;

const verdictOf = (statements: readonly Statement[]): Verdict => {
  const deny = statements.find((statement) => statement.effect === 'Deny');
  if (deny !== undefined) return { effect: 'deny', policy: deny.policy };
  return statements.length > 0 ? ALLOW : NONE;
};

const lookupIn =
  (context: RequestContext): VariableLookup =>
  (key) => {
    const value = context(key);
    return typeof value === 'string' ? value : undefined;
  };

const evaluate = (
  candidates: readonly Statement[],
  resource: string,
  principal: Principal,
  context: RequestContext,
): Verdict => {
  const lookup = lookupIn(context);
  const unmet: string[] = [];
  let allowed = false;
  for (const statement of candidates) {
    if (statement.principal !== undefined && !statement.principal(principal)) continue;
    if (!statement.fixedResource && !statement.resource(resource, lookup)) continue;
    if (statement.condition !== undefined && !statement.condition.holds(context, lookup)) {
      if (statement.effect === 'Allow') unmet.push(...statement.condition.keys);
      continue;
    }
    if (statement.effect === 'Deny') return { effect: 'deny', policy: statement.policy };
    allowed = true;
  }
  return allowed ? ALLOW : { effect: 'none', unmet };
};

/**
 * Compiles policies once; decisions that do not depend on the request's values are cached. `observer` is told the first
 * time after a mark that an action on a resource is allowed (and may be told again).
 */
export const compilePolicies = (
  policies: readonly NamedPolicy[],
  observer?: Pick<GrantObserver, 'allowed' | 'mark'>,
): PolicySet => {
  const statements = policies.flatMap(({ name, document }) => {
    const variables = document.Version === '2012-10-17';
    return document.Statement.map((statement) => compileStatement(statement, name, variables));
  });
  const cache = new Map<string, Candidates>();
  const candidatesFor = (action: string, resource: string): Candidates => {
    const key = `${action}\n${resource}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const found = statements.filter(
      (statement) =>
        statement.action(action) && (!statement.fixedResource || statement.resource(resource, noVariables)),
    );
    const certain = found.filter(unconditional);
    const certainVerdict = verdictOf(certain);
    const open = found.some(
      (statement) => !unconditional(statement) && (statement.effect === 'Deny' || certainVerdict.effect !== 'allow'),
    );
    const candidates = {
      statements: found,
      verdict: certainVerdict.effect === 'deny' || !open ? certainVerdict : undefined,
      told: -1,
    };
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(key, candidates);
    return candidates;
  };
  return {
    decide: ({ action, resource, principal }, context) => {
      const candidates = candidatesFor(action, resource);
      const verdict = candidates.verdict ?? evaluate(candidates.statements, resource, principal, context());
      if (observer !== undefined && verdict.effect === 'allow') {
        const mark = observer.mark();
        if (candidates.told !== mark) {
          candidates.told = mark;
          observer.allowed(action, resource);
        }
      }
      return verdict;
    },
  };
};
