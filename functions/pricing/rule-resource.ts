import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, type Instant, toInstant } from '../../lib/runtime/clock.ts';
import { decodeCursor, encodeCursor } from '../../lib/runtime/cursor.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import type { Answer, Idempotency } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { tooManyRules } from './model.ts';
import type { RuleKind, StoredRule } from './rule-kinds.ts';
import type { RulesStore } from './store.ts';

export interface RuleDeps {
  readonly rules: RulesStore;
  readonly now: Clock;
}

interface Asked {
  readonly caller: { readonly tenant: TenantId };
}

/** What a new rule has from the start, besides what the merchant says. */
export interface NewRule {
  readonly version: number;
  readonly requestHash: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** Newest last, as they were made. */
export const listRules = async <Rule extends StoredRule>(
  deps: Pick<RuleDeps, 'rules'>,
  kind: RuleKind<Rule>,
  { caller, query }: Asked & { readonly query: { readonly limit: number; readonly cursor?: string | undefined } },
): Promise<Answer<{ items: Rule[]; next: string | null }>> => {
  const all = kind.listOf(await deps.rules.read(caller.tenant));
  const filter = { list: kind.noun };
  const after = query.cursor === undefined ? undefined : decodeCursor(caller.tenant, filter, query.cursor)['id'];
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const items = all.slice(start, start + query.limit);
  const last = items.at(-1);
  const next = last !== undefined && start + query.limit < all.length;
  return { body: { items, next: next ? encodeCursor(caller.tenant, filter, { id: last.id }) : null } };
};

/** @throws the kind's not-found error (404) */
export const getRule = async <Rule extends StoredRule>(
  deps: Pick<RuleDeps, 'rules'>,
  kind: RuleKind<Rule>,
  { caller }: Asked,
  id: string,
): Promise<Answer<Rule>> => {
  const rule = kind.listOf(await deps.rules.read(caller.tenant)).find((candidate) => candidate.id === id);
  if (rule === undefined) throw kind.notFound(`No ${kind.noun} has the id ${id}.`);
  return { body: rule, version: rule.version };
};

/** Makes a rule once per Idempotency-Key: its id is derived from it. */
export const createRule = async <Rule extends StoredRule>(
  deps: RuleDeps,
  kind: RuleKind<Rule>,
  { caller, idempotency }: Asked & { readonly idempotency: Idempotency },
  id: Rule['id'],
  build: (fields: NewRule) => Rule,
): Promise<Answer<Rule>> => {
  const now = toInstant(deps.now());
  return deps.rules.change<Answer<Rule>>(caller.tenant, (rules) => {
    const list = kind.listOf(rules);
    const earlier = list.find((rule) => rule.id === id);
    if (earlier !== undefined) {
      assertSameRequest(earlier.requestHash, idempotency);
      return { rules, result: { body: earlier, version: earlier.version, replayed: true } };
    }
    if (list.length >= kind.max) throw tooManyRules(`A shop has ${kind.max} of ${kind.noun} at most.`);
    const rule = build({ version: 1, requestHash: idempotency.requestHash, createdAt: now, updatedAt: now });
    kind.check(rule, list);
    return { rules: kind.withList(rules, [...list, rule]), result: { body: rule, version: 1 } };
  });
};

/** Merge patch: what is not named stays. @throws version_mismatch (412) when If-Match names an older version */
export const updateRule = async <Rule extends StoredRule>(
  deps: RuleDeps,
  kind: RuleKind<Rule>,
  { caller, ifMatch }: Asked & { readonly ifMatch: number | undefined },
  id: string,
  change: (rule: Rule, fields: { readonly version: number; readonly updatedAt: Instant }) => Rule,
): Promise<Answer<Rule>> => {
  const updatedAt = toInstant(deps.now());
  return deps.rules.change<Answer<Rule>>(caller.tenant, (rules) => {
    const list = kind.listOf(rules);
    const before = findForChange(kind, list, id, ifMatch);
    const rule = change(before, { version: before.version + 1, updatedAt });
    kind.check(
      rule,
      list.filter((other) => other.id !== id),
    );
    const replaced = list.map((other) => (other.id === id ? rule : other));
    return { rules: kind.withList(rules, replaced), result: { body: rule, version: rule.version } };
  });
};

export const deleteRule = async <Rule extends StoredRule>(
  deps: Pick<RuleDeps, 'rules'>,
  kind: RuleKind<Rule>,
  { caller, ifMatch }: Asked & { readonly ifMatch: number | undefined },
  id: string,
): Promise<Answer<undefined>> =>
  deps.rules.change(caller.tenant, (rules) => {
    const list = kind.listOf(rules);
    findForChange(kind, list, id, ifMatch);
    const rest = list.filter((rule) => rule.id !== id);
    return { rules: kind.withList(rules, rest), result: { body: undefined } };
  });

const findForChange = <Rule extends StoredRule>(
  kind: RuleKind<Rule>,
  list: readonly Rule[],
  id: string,
  ifMatch: number | undefined,
): Rule => {
  const rule = list.find((candidate) => candidate.id === id);
  if (rule === undefined) throw kind.notFound(`No ${kind.noun} has the id ${id}.`);
  if (ifMatch !== undefined && ifMatch !== rule.version) {
    throw versionMismatch(
      `The ${kind.noun} has the version ${rule.version} now. Read it again and repeat your change.`,
    );
  }
  return rule;
};
