import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEventPattern } from '../../../lib/local/events/event-pattern.ts';

const matches = (pattern: unknown, event: Record<string, unknown>): boolean => compileEventPattern(pattern)(event);

/** The event of EC2 in EventBridge's documentation. */
const ec2 = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
};

describe('event patterns, by the examples of their documentation', () => {
  it('match every field that they name, and ignore the others', () => {
    expect(
      matches(
        {
          source: ['aws.ec2'],
          'detail-type': ['EC2 Instance State-change Notification'],
          detail: { state: ['terminated'] },
        },
        ec2,
      ),
    ).toBe(true);
    expect(matches({ source: ['aws.ec2'], detail: { state: ['running'] } }, ec2)).toBe(false);
    expect(matches({ detail: { state: ['running', 'terminated'] } }, ec2)).toBe(true);
    expect(
      matches({ resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0', 'other'] }, ec2),
    ).toBe(true);
  });

  it.each<[string, unknown, unknown, unknown]>([
    ['exact text', ['a'], 'a', 'A'],
    ['exact number', [300], 300, '300'],
    ['null', [null], null, ''],
    ['true', [true], true, 'true'],
    ['empty text', [''], '', null],
    ['prefix', [{ prefix: '2017-10-02' }], '2017-10-02T18:43:48Z', '2017-10-03T00:00:00Z'],
    ['suffix', [{ suffix: '.png' }], 'a.png', 'a.jpg'],
    ['equals-ignore-case', [{ 'equals-ignore-case': 'alice' }], 'ALICE', 'alicf'],
    ['anything-but text', [{ 'anything-but': 'initializing' }], 'running', 'initializing'],
    ['anything-but number', [{ 'anything-but': 123 }], 124, 123],
    ['anything-but list', [{ 'anything-but': ['stopped', 'overloaded'] }], 'running', 'overloaded'],
    ['anything-but prefix', [{ 'anything-but': { prefix: 'init' } }], 'running', 'initializing'],
    ['anything-but suffixes', [{ 'anything-but': { suffix: ['.png', '.jpg'] } }], 'a.txt', 'a.jpg'],
    ['anything-but ignoring case', [{ 'anything-but': { 'equals-ignore-case': ['Stop'] } }], 'go', 'STOP'],
    ['numeric range', [{ numeric: ['>', 0, '<=', 5] }], 5, 0],
    ['numeric equal', [{ numeric: ['=', 3.018e2] }], 301.8, 301],
    ['numeric of text', [{ numeric: ['<', 10] }], 9, '9'],
    ['exists', [{ exists: true }], null, undefined],
    ['not exists', [{ exists: false }], undefined, 'x'],
    ['not exists or a value', [{ exists: false }, 'x'], undefined, 'y'],
  ])('%s', (_what, alternatives, yes, no) => {
    expect(matches({ detail: { field: alternatives } }, { detail: { field: yes } })).toBe(true);
    expect(matches({ detail: { field: alternatives } }, { detail: { field: no } })).toBe(false);
  });

  it('match a list when one of its members does', () => {
    expect(matches({ tags: ['a', { prefix: 'x' }] }, { tags: ['q', 'xyz'] })).toBe(true);
    expect(matches({ tags: ['a'] }, { tags: [] })).toBe(false);
    expect(matches({ tags: [{ exists: false }] }, { tags: [] })).toBe(true);
    expect(matches({ tags: [{ 'anything-but': 'a' }] }, { tags: ['a', 'b'] })).toBe(true);
    expect(matches({ tags: [{ 'anything-but': 'a' }] }, { tags: ['a'] })).toBe(false);
  });

  it('match one member of a list of objects as a whole', () => {
    const event = {
      lines: [
        { sku: 'a', n: 1 },
        { sku: 'b', n: 2 },
      ],
    };
    expect(matches({ lines: { sku: ['b'], n: [2] } }, event)).toBe(true);
    expect(matches({ lines: { sku: ['a'], n: [2] } }, event)).toBe(false);
  });

  it('ask for existence of leaves only', () => {
    expect(matches({ detail: { state: [{ exists: true }] } }, { detail: { state: { name: 'x' } } })).toBe(false);
    expect(matches({ detail: { a: { b: [{ exists: false }] } } }, { detail: {} })).toBe(true);
    expect(matches({ detail: { a: { b: [{ exists: false }] } } }, { detail: { a: { b: 1 } } })).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['an operator that is not implemented', { detail: { a: [{ wildcard: 'x*' }] } }, 'detail.a[0].wildcard'],
    ['$or', { $or: [{ a: ['x'] }] }, '$or'],
    ['a value without a list', { source: 'x' }, 'source'],
    ['an empty list', { source: [] }, 'source'],
    ['a wrong comparison', { a: [{ numeric: ['!=', 5] }] }, 'a[0].numeric'],
    ['two operators at once', { a: [{ prefix: 'x', suffix: 'y' }] }, 'a[0]'],
    ['nested lists', { a: [['x']] }, 'a[0]'],
  ])('are refused with %s', (_what, pattern, path) => {
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
