import { describe, expect } from 'vitest';
import { contractCases, type Case, type Differences } from '../contract-cases.ts';

/** Whether a pattern matches an event; rejects for what is no pattern. */
export type Matches = (pattern: unknown, event: Readonly<Record<string, unknown>>) => Promise<boolean>;

/**
 * What the product relies on of EventBridge's patterns, by the examples of their documentation. It runs on the local
 * cloud and, where there is one, on an independent implementation, whose known differences are listed with their reasons.
 */
export const eventPatternContract = (name: string, matches: Matches, differences: Differences = {}): void => {
  describe(name, () => {
    contractCases(differences, (test) => declare(test, matches));
  });
};

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

/** What the alternatives are, the alternatives, a value that matches and one that does not; undefined is no field. */
const alternatives: readonly (readonly [string, readonly unknown[], unknown, unknown])[] = [
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
];

/** What is no pattern, by the place of what is wrong. */
const broken: readonly (readonly [string, unknown])[] = [
  ['a value without a list', { source: 'x' }],
  ['an empty list', { source: [] }],
  ['a wrong comparison', { detail: { a: [{ numeric: ['!=', 5] }] } }],
  ['two operators at once', { detail: { a: [{ prefix: 'x', suffix: 'y' }] } }],
  ['nested lists', { detail: { a: [['x']] } }],
];

const declare = (test: Case, matches: Matches): void => {
  const inDetail = (pattern: unknown, detail: Readonly<Record<string, unknown>>): Promise<boolean> =>
    matches({ detail: pattern }, { ...ec2, detail });

  test('every field that is named must match, and no other', async () => {
    const type = { source: ['aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] };
    expect(await matches({ ...type, detail: { state: ['terminated'] } }, ec2)).toBe(true);
    expect(await matches({ ...type, detail: { state: ['running'] } }, ec2)).toBe(false);
    expect(await matches({ detail: { state: ['running', 'terminated'] } }, ec2)).toBe(true);
    expect(await matches({ resources: [...ec2.resources, 'other'] }, ec2)).toBe(true);
  });

  for (const [what, list, yes, no] of alternatives) {
    test(`${what} matches ${JSON.stringify(yes) ?? 'nothing'}, not ${JSON.stringify(no) ?? 'nothing'}`, async () => {
      expect(await inDetail({ field: list }, { other: 1, field: yes })).toBe(true);
      expect(await inDetail({ field: list }, { other: 1, field: no })).toBe(false);
    });
  }

  test('a list matches when one of its members does', async () => {
    expect(await inDetail({ tags: ['a', { prefix: 'x' }] }, { tags: ['q', 'xyz'] })).toBe(true);
    expect(await inDetail({ tags: ['a'] }, { tags: ['b', 'c'] })).toBe(false);
    expect(await inDetail({ tags: [{ 'anything-but': 'a' }] }, { tags: ['a', 'b'] })).toBe(true);
    expect(await inDetail({ tags: [{ 'anything-but': 'a' }] }, { tags: ['a'] })).toBe(false);
  });

  test('an empty list is as if it were not there', async () => {
    expect(await inDetail({ tags: ['a'] }, { tags: [] })).toBe(false);
    expect(await inDetail({ tags: [{ exists: false }] }, { tags: [] })).toBe(true);
  });

  test('one member of a list of objects matches as a whole', async () => {
    const detail = {
      lines: [
        { sku: 'a', n: 1 },
        { sku: 'b', n: 2 },
      ],
    };
    expect(await inDetail({ lines: { sku: ['b'], n: [2] } }, detail)).toBe(true);
    expect(await inDetail({ lines: { sku: ['a'], n: [2] } }, detail)).toBe(false);
  });

  test('only leaves exist', async () => {
    expect(await inDetail({ state: [{ exists: true }] }, { state: { name: 'x' } })).toBe(false);
    expect(await inDetail({ a: { b: [{ exists: false }] } }, { c: 1 })).toBe(true);
    expect(await inDetail({ a: { b: [{ exists: false }] } }, { a: { b: 1 } })).toBe(false);
  });

  for (const [what, pattern] of broken) {
    test(`${what} is no pattern`, async () => {
      await expect(matches(pattern, ec2)).rejects.toThrow(/./);
    });
  }
};
