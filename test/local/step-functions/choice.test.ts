import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRule } from '../../../lib/local/step-functions/choice-rule.ts';
import { runExpress } from './world.ts';

const holds = (rule: Record<string, unknown>, input: unknown): boolean =>
  compileRule(rule, 'rule')({ input, context: {} });

describe('choice rules', () => {
  it.each([
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
  ])('%s %j holds for %j, not for %j', (operator, expected, yes, no) => {
    expect(holds({ Variable: '$.v', [operator]: expected }, { v: yes })).toBe(true);
    expect(holds({ Variable: '$.v', [operator]: expected }, { v: no })).toBe(false);
  });

  it('compares with another place of the input by the Path operators', () => {
    expect(holds({ Variable: '$.a', NumericGreaterThanPath: '$.b' }, { a: 2, b: 1 })).toBe(true);
    expect(holds({ Variable: '$.a', StringEqualsPath: '$.b' }, { a: 'x', b: 'y' })).toBe(false);
    expect(holds({ Variable: '$.a', BooleanEqualsPath: '$.b' }, { a: true, b: true })).toBe(true);
    expect(
      holds(
        { Variable: '$.a', TimestampLessThanPath: '$.b' },
        { a: '2020-01-01T00:00:00Z', b: '2021-01-01T00:00:00Z' },
      ),
    ).toBe(true);
  });

  it('is false, not an error, when the types differ', () => {
    expect(holds({ Variable: '$.v', NumericEquals: 1 }, { v: '1' })).toBe(false);
    expect(holds({ Variable: '$.v', StringEquals: '1' }, { v: 1 })).toBe(false);
  });

  it('asks for presence without failing, and fails on any other use of what is not there', () => {
    expect(holds({ Variable: '$.v', IsPresent: false }, {})).toBe(true);
    expect(holds({ Variable: '$.v', IsPresent: true }, { v: null })).toBe(true);
    expect(() => holds({ Variable: '$.v', IsNull: true }, {})).toThrow('Invalid path');
    expect(() => holds({ Variable: '$.v', StringEquals: 'x' }, {})).toThrow('Invalid path');
  });

  it('stops at the first rule of And that does not hold, so that IsPresent can guard', () => {
    const rule = {
      And: [
        { Variable: '$.v', IsPresent: true },
        { Variable: '$.v', NumericEquals: 1 },
      ],
    };
    expect(holds(rule, {})).toBe(false);
    expect(holds(rule, { v: 1 })).toBe(true);
  });

  it('obeys the laws of logic whatever the values', () => {
    const rule = (name: string) => ({ Variable: `$.${name}`, BooleanEquals: true });
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), (a, b) => {
        const input = { a, b };
        expect(holds({ Not: { And: [rule('a'), rule('b')] } }, input)).toBe(!(a && b));
        expect(holds({ Or: [{ Not: rule('a') }, { Not: rule('b') }] }, input)).toBe(!a || !b);
      }),
    );
  });
});

describe('a Choice state', () => {
  const machine = (otherwise: Record<string, unknown>): unknown => ({
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

  it('takes the first choice that matches, else the default, as in the example of the specification', async () => {
    const definition = machine({ Default: 'Record' });
    expect((await runExpress(definition, { type: 'Public' })).output).toBe('public');
    expect((await runExpress(definition, { type: 'Private', value: 22 })).output).toBe('twenties');
    expect((await runExpress(definition, { type: 'Private', value: 30 })).output).toBe('recorded');
    expect((await runExpress(definition, { type: 'Private' })).output).toBe('recorded');
  });

  it('fails with NoChoiceMatched without a default', async () => {
    const ended = await runExpress(machine({}), { type: 'Private', value: 99 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });
});
