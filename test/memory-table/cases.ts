import type { Key } from '../../lib/runtime/db.ts';

/** One item, and what is asked of it: both tables must say the same, and hold the same afterwards. */
export interface Case {
  readonly name: string;
  /** What is there; undefined: nothing. */
  readonly item?: Readonly<Record<string, unknown>>;
  readonly condition?: string;
  readonly update?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
  /** The rest of the item afterwards, or why not. */
  readonly becomes: Readonly<Record<string, unknown>> | 'refused' | 'invalid';
  /** The engine does not see it in a transaction; DynamoDB and the memory table refuse it there, too. */
  readonly seenAlone?: true;
}

export const KEY: Key = { pk: 'p', sk: 's' };

const holds = (
  condition: string,
  given: Pick<Case, 'item' | 'names' | 'values'>,
  becomes: 'done' | 'refused' | 'invalid' = 'done',
): Case => ({
  name: `${condition} of ${JSON.stringify(given.item ?? null)} with ${JSON.stringify(given.values ?? {})}: ${becomes}`,
  condition,
  ...given,
  update: 'SET done = :true',
  values: { ...given.values, ':true': true },
  becomes: becomes === 'done' ? { ...given.item, done: true } : becomes,
});
const becomes = (update: string, given: Pick<Case, 'item' | 'names' | 'values'>, outcome: Case['becomes']): Case => ({
  name: `${update} of ${JSON.stringify(given.item ?? null)}: ${JSON.stringify(outcome)}`,
  update,
  ...given,
  becomes: outcome,
});

const one = { item: { a: 1, b: 'text', m: { n: 2 }, l: [1, 2, 3], t: true, z: null } };

export const CASES: readonly Case[] = [
  holds('attribute_not_exists(pk)', {}),
  holds('attribute_not_exists(pk)', one, 'refused'),
  holds('attribute_exists(pk)', {}, 'refused'),
  holds('attribute_exists(m.n)', one),
  holds('attribute_exists(m.x)', one, 'refused'),
  holds('attribute_exists(l[2])', one),
  holds('attribute_exists(l[3])', one, 'refused'),
  holds('attribute_exists(z)', one),
  holds('attribute_type(b, :kind)', { ...one, values: { ':kind': 'S' } }),
  holds('attribute_type(z, :kind)', { ...one, values: { ':kind': 'NULL' } }),
  holds('attribute_type(b, :kind)', { ...one, values: { ':kind': 'N' } }, 'refused'),
  holds('z = :null', { ...one, values: { ':null': null } }),
  ...(
    [
      ['a = :v', 1, true],
      ['a = :v', 2, false],
      ['a = :v', '1', false],
      ['a <> :v', 2, true],
      ['a <> :v', 1, false],
      ['a <> :v', '1', true],
      ['nowhere = :v', 1, false],
      ['nowhere <> :v', 1, true],
      ['nowhere < :v', 1, false],
      ['NOT nowhere < :v', 1, true],
      ['a < :v', 10, true],
      ['a < :v', 1, false],
      ['a <= :v', 1, true],
      ['a > :v', 0, true],
      ['a >= :v', 2, false],
      ['a < :v', 'text', false],
      ['a >= :v', 'text', false],
      ['b < :v', 'texts', true],
      ['b > :v', 'Text', true],
      ['m = :v', { n: 2 }, true],
      ['m = :v', { n: 2, o: 3 }, false],
      ['l = :v', [1, 2, 3], true],
      ['l = :v', [1, 3, 2], false],
      ['t = :v', true, true],
      ['t = :v', false, false],
      ['m.n = :v', 2, true],
      ['l[1] = :v', 2, true],
      ['begins_with(b, :v)', 'te', true],
      ['begins_with(b, :v)', 'ex', false],
      ['begins_with(a, :v)', 'ex', false],
      ['begins_with(nowhere, :v)', 'ex', false],
      ['contains(b, :v)', 'ex', true],
      ['contains(l, :v)', 2, true],
      ['contains(l, :v)', '2', false],
      ['size(b) = :v', 4, true],
      ['size(l) > :v', 2, true],
      ['size(m) = :v', 1, true],
      ['size(nowhere) < :v', 1, false],
      ['size(a) < :v', 100, false],
    ] as const
  ).map(([condition, v, is]) => holds(condition, { ...one, values: { ':v': v } }, is ? 'done' : 'refused')),
  holds('a BETWEEN :from AND :to', { ...one, values: { ':from': 1, ':to': 2 } }),
  holds('a BETWEEN :from AND :to AND b = :b', { ...one, values: { ':from': 1, ':to': 2, ':b': 'x' } }, 'refused'),
  holds('b IN (:x, :y)', { ...one, values: { ':x': 'other', ':y': 'text' } }),
  holds('b IN (:x)', { ...one, values: { ':x': 'other' } }, 'refused'),
  holds('a = :a OR a = :b AND b = :b', { ...one, values: { ':a': 1, ':b': 'x' } }),
  holds('(a = :a OR a = :b) AND b = :b', { ...one, values: { ':a': 1, ':b': 'x' } }, 'refused'),
  holds('NOT a = :a AND b = :b', { ...one, values: { ':a': 2, ':b': 'text' } }),
  holds('NOT (a = :a OR b = :b)', { ...one, values: { ':a': 2, ':b': 'text' } }, 'refused'),
  holds('not attribute_exists(nowhere) and a = :a', { ...one, values: { ':a': 1 } }),
  holds('#s = :s', { item: { state: 'open' }, names: { '#s': 'state' }, values: { ':s': 'open' } }),
  holds('#m.#n >= :n', { ...one, names: { '#m': 'm', '#n': 'n' }, values: { ':n': 2 } }),
  holds('state = :s', { item: { state: 'open' }, values: { ':s': 'open' } }, 'invalid'),
  holds('a = :missing', one, 'invalid'),
  holds('#missing = :v', { ...one, values: { ':v': 1 } }, 'invalid'),
  holds('a = :v', { ...one, values: { ':v': 1, ':unused': 1 } }, 'invalid'),
  holds('a = :v', { ...one, names: { '#unused': 'a' }, values: { ':v': 1 } }, 'invalid'),
  holds('a = ', one, 'invalid'),
  holds('a == :v', { ...one, values: { ':v': 1 } }, 'invalid'),
  holds('a = :v)', { ...one, values: { ':v': 1 } }, 'invalid'),

  becomes('SET a = :v', { values: { ':v': 1 } }, { a: 1 }),
  becomes('SET a = a + :v', { ...one, values: { ':v': 2 } }, { ...one.item, a: 3 }),
  becomes('SET a = a - :v', { ...one, values: { ':v': 2 } }, { ...one.item, a: -1 }),
  becomes('SET a = :v + a', { ...one, values: { ':v': 2 } }, { ...one.item, a: 3 }),
  becomes('SET nowhere = nowhere + :v', { ...one, values: { ':v': 2 } }, 'invalid'),
  becomes('SET b = b + :v', { ...one, values: { ':v': 2 } }, 'invalid'),
  becomes('SET x = nowhere', one, 'invalid'),
  becomes('SET x = b, b = :v', { ...one, values: { ':v': 'new' } }, { ...one.item, x: 'text', b: 'new' }),
  becomes('SET n = if_not_exists(n, :zero) + :v', { values: { ':zero': 0, ':v': 2 } }, { n: 2 }),
  becomes('SET a = if_not_exists(a, :zero) + :v', { ...one, values: { ':zero': 0, ':v': 2 } }, { ...one.item, a: 3 }),
  becomes('SET l = list_append(l, :v)', { ...one, values: { ':v': [4] } }, { ...one.item, l: [1, 2, 3, 4] }),
  becomes(
    'SET done = list_append(if_not_exists(done, :none), :v)',
    { values: { ':none': [], ':v': [{ n: 1 }] } },
    { done: [{ n: 1 }] },
  ),
  becomes('SET m.x = :v', { ...one, values: { ':v': 1 } }, { ...one.item, m: { n: 2, x: 1 } }),
  becomes('SET nowhere.x = :v', { ...one, values: { ':v': 1 } }, 'invalid'),
  becomes('SET l[0] = :v', { ...one, values: { ':v': 9 } }, { ...one.item, l: [9, 2, 3] }),
  becomes('REMOVE a, m.n', one, { b: 'text', m: {}, l: [1, 2, 3], t: true, z: null }),
  becomes('REMOVE nowhere', one, one.item),
  becomes('REMOVE l[0]', one, { ...one.item, l: [2, 3] }),
  becomes('SET x = :v REMOVE a', { item: { a: 1 }, values: { ':v': 1 } }, { x: 1 }),
  becomes('REMOVE a SET x = a', { item: { a: 1 } }, { x: 1 }),
  becomes('ADD a :v, n :v', { ...one, values: { ':v': 5 } }, { ...one.item, a: 6, n: 5 }),
  becomes('ADD b :v', { ...one, values: { ':v': 5 } }, 'invalid'),
  becomes('SET #s = :v', { names: { '#s': 'state' }, values: { ':v': 'open' } }, { state: 'open' }),
  becomes('SET size = :v', { values: { ':v': 1 } }, 'invalid'),
  { ...becomes('SET a = :v, a = :v', { values: { ':v': 1 } }, 'invalid'), seenAlone: true },
  { ...becomes('SET m.n = :v REMOVE m', { ...one, values: { ':v': 1 } }, 'invalid'), seenAlone: true },
  { ...becomes('SET pk = :v', { values: { ':v': 'other' } }, 'invalid'), seenAlone: true },
  becomes('SET a = :v SET b = :v', { values: { ':v': 1 } }, 'invalid'),
  becomes('SET gsi1pk = :v, gsi1sk = :v', { values: { ':v': '' } }, 'invalid'),
  becomes('SET gsi1pk = :v', { values: { ':v': 1 } }, 'invalid'),
];
