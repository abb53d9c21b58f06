import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRule } from '../../../lib/local/step-functions/choice-rule.ts';

const holds = (rule: Record<string, unknown>, input: unknown): boolean =>
  compileRule(rule, 'rule')({ input, context: {} });

describe('choice rules', () => {
  it('say which path found nothing', () => {
    expect(() => holds({ Variable: '$.v', IsNull: true }, {})).toThrow('Invalid path');
    expect(() => holds({ Variable: '$.v', StringEquals: 'x' }, {})).toThrow('Invalid path');
  });

  it('obey the laws of logic whatever the values', () => {
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
