import { expect, it } from 'vitest';
import { itemBytes, storedBytes, valueBytes } from '../../cost/stored.ts';

it.each([
  [{ S: 'äb' }, 3],
  [{ N: '12345' }, 4],
  [{ B: new Uint8Array(7) }, 7],
  [{ BOOL: true }, 1],
  [{ L: [{ S: 'ab' }, { NULL: true }] }, 3 + 3 + 2],
  [{ M: { ab: { S: 'c' } } }, 3 + 1 + 2 + 1],
] as const)('%j takes %i bytes', (value, expected) => {
  expect(valueBytes({ ...value } as Parameters<typeof valueBytes>[0])).toBe(expected);
});

it('an item is stored in its table and in each index whose keys it has, with 100 bytes more for each', () => {
  const item = { pk: { S: 'p' }, sk: { S: 's' }, gsi1pk: { S: 'g' }, text: { S: 'x'.repeat(50) } };
  const whole = 3 + 3 + 7 + 54;
  expect(itemBytes(item)).toBe(whole);
  const keysOnly = { keys: ['pk', 'sk', 'gsi1pk'], everything: false };
  const everything = { keys: ['pk', 'sk', 'gsi1pk'], everything: true };
  const absent = { keys: ['pk', 'sk', 'gsi2pk'], everything: true };
  expect(storedBytes(item, [keysOnly, everything, absent])).toBe(whole + 13 + whole + 300);
});
