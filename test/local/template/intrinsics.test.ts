import { expect, test } from 'vitest';
import { evaluateCondition, referencesOf, resolveValue, type Scope } from '../../../lib/local/template/intrinsics.ts';

const scope: Scope = {
  ref: (name) => (name === 'AWS::NoValue' ? undefined : `ref-${name}`),
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  condition: (name) => name === 'Yes',
};

const resolved = (value: unknown) => resolveValue(value, scope, 'stack/Thing.Properties');

test.each([
  [{ Ref: 'Table' }, 'ref-Table'],
  [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table/Arn'],
  [{ 'Fn::GetAtt': 'Table.Nested.Arn' }, 'Table/Nested.Arn'],
  [{ 'Fn::Join': ['-', ['a', 1, { Ref: 'B' }]] }, 'a-1-ref-B'],
  [{ 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
  [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
  [{ 'Fn::Sub': '${A}/${B.Arn}/${!C}' }, 'ref-A/B/Arn/${C}'],
  [{ 'Fn::Sub': ['${A}-${own}', { own: { Ref: 'X' } }] }, 'ref-A-ref-X'],
  [{ 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
  [{ 'Fn::If': ['No', 'then', 'else'] }, 'else'],
  [{ a: [{ Ref: 'AWS::NoValue' }, 1], b: { Ref: 'AWS::NoValue' } }, { a: [1] }],
  [
    { Ref: 'A', other: 1 },
    { Ref: 'A', other: 1 },
  ],
  [true, true],
])('%j is %j', (value, expected) => {
  expect(resolved(value)).toEqual(expected);
});

test.each([
  [{ a: { 'Fn::ImportValue': 'x' } }, /stack\/Thing\.Properties\.a: stacks are not coupled by exports/],
  [{ 'Fn::Base64': 'x' }, /does not implement Fn::Base64/],
  [{ 'Fn::Select': [5, ['a']] }, /Fn::Select of 5/],
  [{ 'Fn::Join': ['-', [{ a: 1 }]] }, /expected text/],
  ['{{resolve:ssm:/x}}', /dynamic references/],
])('%j is refused', (value, problem) => {
  expect(() => resolved(value)).toThrow(problem);
});

test('conditions compare, negate and combine', () => {
  const equal = { 'Fn::Equals': ['a', 'a'] };
  const unequal = { 'Fn::Equals': ['a', { Ref: 'a' }] };
  const holds = (condition: unknown) => evaluateCondition(condition, scope, 'stack.Conditions.X');
  expect(holds(equal)).toBe(true);
  expect(holds(unequal)).toBe(false);
  expect(holds({ 'Fn::Not': [unequal] })).toBe(true);
  expect(holds({ 'Fn::And': [equal, unequal] })).toBe(false);
  expect(holds({ 'Fn::Or': [equal, unequal] })).toBe(true);
  expect(holds({ Condition: 'Yes' })).toBe(true);
  expect(() => holds({ 'Fn::Contains': [] })).toThrow(/does not implement Fn::Contains/);
});

test('references are found in every form', () => {
  const value = {
    a: { Ref: 'A' },
    b: [{ 'Fn::GetAtt': ['B', 'Arn'] }],
    c: { 'Fn::Sub': ['${C.Arn} ${own} ${!no}', { own: { 'Fn::Join': ['', [{ Ref: 'D' }]] } }] },
  };
  expect([...referencesOf(value)].sort()).toEqual(['A', 'B', 'C', 'D']);
});
