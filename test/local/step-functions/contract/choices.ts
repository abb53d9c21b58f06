import { expect } from 'vitest';
import type { Subject } from './subject.ts';

/** An operator with what it compares to, a value for which it holds and one for which it does not. */
const rules: readonly (readonly [string, unknown, unknown, unknown])[] = [
  ['StringEquals', 'Private', 'Private', 'Public'],
  ['StringLessThan', 'b', 'a', 'b'],
  ['StringGreaterThan', 'b', 'c', 'b'],
  ['StringLessThanEquals', 'b', 'b', 'c'],
  ['StringGreaterThanEquals', 'b', 'b', 'a'],
  ['StringMatches', 'log-*.txt', 'log-1.txt', 'log-1.csv'],
  ['StringMatches', 'a\\*b', 'a*b', 'axb'],
  ['NumericEquals', 3, 3, 4],
  ['NumericLessThan', 3, 2, 3],
  ['NumericGreaterThan', 3, 4, 3],
  ['NumericLessThanEquals', 3, 3, 4],
  ['NumericGreaterThanEquals', 3, 3, 2],
  ['BooleanEquals', true, true, false],
  ['TimestampEquals', '2001-01-01T12:00:00Z', '2001-01-01T13:00:00+01:00', '2001-01-01T12:00:01Z'],
  ['TimestampLessThan', '2001-01-01T12:00:00Z', '2001-01-01T11:59:59.9Z', '2001-01-01T12:00:00Z'],
  ['TimestampGreaterThan', '2001-01-01T12:00:00Z', '2001-01-01T12:00:01Z', '2001-01-01T12:00:00Z'],
  ['TimestampLessThanEquals', '2001-01-01T12:00:00Z', '2001-01-01T12:00:00Z', '2001-01-01T12:00:01Z'],
  ['TimestampGreaterThanEquals', '2001-01-01T12:00:00Z', '2001-01-01T12:00:00Z', '2001-01-01T11:00:00Z'],
  ['IsNull', true, null, 0],
  ['IsNumeric', true, 0, '0'],
  ['IsString', true, '', 0],
  ['IsBoolean', true, false, 0],
  ['IsTimestamp', true, '2016-08-18T17:33:00Z', '2016-08-18'],
];

/** An operator with a value, one with which it holds and one with which it does not. */
const paths: readonly (readonly [string, unknown, unknown, unknown])[] = [
  ['StringEqualsPath', 'x', 'x', 'y'],
  ['NumericGreaterThanPath', 2, 1, 2],
  ['BooleanEqualsPath', true, true, false],
  ['TimestampLessThanPath', '2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
];

export const choiceCases = ({ test, run }: Subject): void => {
  /** Whether a Choice state takes the way of a rule; its error if it fails. */
  const holds = async (rule: Readonly<Record<string, unknown>>, input: unknown): Promise<unknown> => {
    const definition = {
      StartAt: 'Ask',
      States: {
        Ask: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
        Yes: { Type: 'Pass', Result: true, End: true },
        No: { Type: 'Pass', Result: false, End: true },
      },
    };
    const ended = await run(definition, input);
    return ended.status === 'SUCCEEDED' ? ended.output : ended.error;
  };

  for (const [operator, expected, yes, no] of rules) {
    const [to, ofYes, ofNo] = [expected, yes, no].map((value) => JSON.stringify(value));
    test(`${operator} ${to} holds for ${ofYes}, not for ${ofNo}`, async () => {
      expect(await holds({ Variable: '$.v', [operator]: expected }, { v: yes })).toBe(true);
      expect(await holds({ Variable: '$.v', [operator]: expected }, { v: no })).toBe(false);
    });
  }

  for (const [operator, a, b, other] of paths) {
    test(`${operator} compares with another place of the input`, async () => {
      expect(await holds({ Variable: '$.a', [operator]: '$.b' }, { a, b })).toBe(true);
      expect(await holds({ Variable: '$.a', [operator]: '$.b' }, { a, b: other })).toBe(false);
    });
  }

  test('a rule is false, not an error, when the types differ', async () => {
    expect(await holds({ Variable: '$.v', NumericEquals: 1 }, { v: '1' })).toBe(false);
    expect(await holds({ Variable: '$.v', StringEquals: '1' }, { v: 1 })).toBe(false);
  });

  test('IsPresent asks without failing', async () => {
    expect(await holds({ Variable: '$.v', IsPresent: false }, {})).toBe(true);
    expect(await holds({ Variable: '$.v', IsPresent: true }, {})).toBe(false);
  });

  test('what is null is present', async () => {
    expect(await holds({ Variable: '$.v', IsPresent: true }, { v: null })).toBe(true);
  });

  test('any other rule fails on what is not there', async () => {
    expect(await holds({ Variable: '$.v', IsNull: true }, {})).toBe('States.Runtime');
    expect(await holds({ Variable: '$.v', StringEquals: 'x' }, {})).toBe('States.Runtime');
  });

  test('And stops at the first rule that does not hold, so that IsPresent can guard', async () => {
    const rule = {
      And: [
        { Variable: '$.v', IsPresent: true },
        { Variable: '$.v', NumericEquals: 1 },
      ],
    };
    expect(await holds(rule, {})).toBe(false);
    expect(await holds(rule, { v: 1 })).toBe(true);
  });

  const machine = (otherwise: Readonly<Record<string, unknown>>): unknown => ({
    StartAt: 'Dispatch',
    States: {
      Dispatch: {
        Type: 'Choice',
        Choices: [
          { Not: { Variable: '$.type', StringEquals: 'Private' }, Next: 'Public' },
          {
            And: [
              { Variable: '$.value', IsPresent: true },
              { Variable: '$.value', NumericGreaterThanEquals: 20 },
              { Variable: '$.value', NumericLessThan: 30 },
            ],
            Next: 'Twenties',
          },
        ],
        ...otherwise,
      },
      Public: { Type: 'Pass', Result: 'public', End: true },
      Twenties: { Type: 'Pass', Result: 'twenties', End: true },
      ...('Default' in otherwise ? { Record: { Type: 'Pass', Result: 'recorded', End: true } } : {}),
    },
  });

  test('a Choice takes the first rule that holds, else the default, as in the example of the specification', async () => {
    const definition = machine({ Default: 'Record' });
    expect((await run(definition, { type: 'Public' })).output).toBe('public');
    expect((await run(definition, { type: 'Private', value: 22 })).output).toBe('twenties');
    expect((await run(definition, { type: 'Private', value: 30 })).output).toBe('recorded');
    expect((await run(definition, { type: 'Private' })).output).toBe('recorded');
  });

  test('a Choice without a default fails with NoChoiceMatched', async () => {
    const ended = await run(machine({}), { type: 'Private', value: 99 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });
};
