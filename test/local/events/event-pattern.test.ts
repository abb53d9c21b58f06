import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEventPattern } from '../../../lib/local/events/event-pattern.ts';

const matches = (pattern: unknown, event: Record<string, unknown>): boolean => compileEventPattern(pattern)(event);

describe('event patterns', () => {
  it.each<[string, unknown, string]>([
    ['an operator that is not implemented', { detail: { a: [{ wildcard: 'x*' }] } }, 'detail.a[0].wildcard'],
    ['$or', { $or: [{ a: ['x'] }] }, '$or'],
    ['a value without a list', { source: 'x' }, 'source'],
    ['an empty list', { source: [] }, 'source'],
    ['a wrong comparison', { a: [{ numeric: ['!=', 5] }] }, 'a[0].numeric'],
    ['two operators at once', { a: [{ prefix: 'x', suffix: 'y' }] }, 'a[0]'],
    ['nested lists', { a: [['x']] }, 'a[0]'],
  ])('are refused by the path of %s', (_what, pattern, path) => {
    expect(() => compileEventPattern(pattern)).toThrow(`${path}: `);
  });

  it('agree with a model that flattens events and looks at every leaf', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const scalar = fc.constantFrom<unknown>('x', 'y', 'xy', 1, 2, 3, true, null);
    const flat = fc.dictionary(names, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })));
    const event = fc.dictionary(names, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), flat));
    const alternative = fc.oneof(
      scalar,
      fc.constantFrom<unknown>(
        { prefix: 'x' },
        { suffix: 'y' },
        { 'anything-but': ['x', 2] },
        { numeric: ['>=', 2] },
        { exists: true },
        { exists: false },
      ),
    );
    const leaf = fc.array(alternative, { minLength: 1, maxLength: 3 });
    const pattern = fc.dictionary(names, fc.oneof(leaf, fc.dictionary(names, leaf, { minKeys: 1 })), { minKeys: 1 });

    const leaves = (value: unknown, path: string): [string, unknown][] => {
      if (Array.isArray(value)) return value.flatMap((member) => leaves(member, path));
      if (typeof value === 'object' && value !== null) {
        return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`));
      }
      return [[path, value]];
    };
    const one = (wanted: unknown, value: unknown): boolean => {
      if (typeof wanted !== 'object' || wanted === null) return wanted === value;
      const text = typeof value === 'string' ? value : '';
      if ('prefix' in wanted) return text.startsWith('x');
      if ('suffix' in wanted) return text.endsWith('y');
      if ('numeric' in wanted) return typeof value === 'number' && value >= 2;
      if ('anything-but' in wanted) return value !== 'x' && value !== 2;
      return Object(wanted).exists === true;
    };
    const model = (wanted: object, found: [string, unknown][], path: string): boolean =>
      Object.entries(wanted).every(([name, inner]: [string, unknown]) => {
        const at = `${path}.${name}`;
        if (!Array.isArray(inner)) return model(Object(inner), found, at);
        const values = found.filter(([place]) => place === at).map(([, value]) => value);
        if (values.length === 0) return inner.some((each) => Object(each).exists === false);
        return values.some((value) => inner.some((each) => Object(each).exists !== false && one(each, value)));
      });
    fc.assert(
      fc.property(pattern, event, (wanted, given) => {
        expect(matches(wanted, given)).toBe(model(wanted, leaves(given, ''), ''));
      }),
      { numRuns: 2000 },
    );
  });
});
