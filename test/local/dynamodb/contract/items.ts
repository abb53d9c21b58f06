import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { count, item, key, refusal } from './subject.ts';
import type { Item, Subject } from './subject.ts';

export const itemsContract = (subject: Subject): void => {
  describe('items and keys', () => {
    test.each([
      ['an empty partition key', item(''), /empty string value/],
      ['an empty sort key', item('keys', ''), /empty string value/],
      ['an empty index key', item('keys', 'a', { gsi1pk: { S: '' }, gsi1sk: { S: 'x' } }), /empty string value/],
      ['an index key of another type', item('keys', 'a', { gsi1pk: { N: '1' } }), /Type mismatch/],
      ['a partition key of another type', { pk: { N: '1' }, sk: { S: 'a' } }, /Type mismatch/],
      ['no sort key', { pk: { S: 'keys' } }, /Missing the key sk/],
      ['a partition key above 2048 bytes', item('k'.repeat(2049)), /2048 bytes/],
      ['a sort key above 1024 bytes', item('keys', 'k'.repeat(1025)), /1024 bytes/],
      ['an empty set', item('keys', 'a', { tags: { SS: [] } }), /set\s+may not be empty/],
      ['a set with a value twice', item('keys', 'a', { tags: { SS: ['x', 'x'] } }), /duplicates/],
      ['a number of 39 digits', item('keys', 'a', count('1'.repeat(39))), /38 significant digits/],
      ['no number', item('keys', 'a', count('one')), /cannot be converted to a numeric value/],
      [
        'more than 400 kB',
        item('keys', 'a', { text: { S: 'x'.repeat(400 * 1024) } }),
        /Item size has exceeded the maximum allowed size/,
      ],
    ] as readonly (readonly [string, Item, RegExp])[])('an item with %s is refused', async (_what, broken, message) => {
      const failed = await refusal(subject.put(broken));
      expect(failed).toMatchObject({ name: 'ValidationException', message: subject.wording(message) });
    });

    test('an item just under 400 kB is taken', async () => {
      await expect(
        subject.put(item('keys-large', 'a', { text: { S: 'x'.repeat(400 * 1024 - 100) } })),
      ).resolves.toBeDefined();
    });

    test('empty strings, lists and maps are values', async () => {
      const hollow = item('hollow', 'a', {
        text: { S: '' },
        list: { L: [] },
        map: { M: {} },
        nothing: { NULL: true },
        no: { BOOL: false },
      });
      await subject.put(hollow);
      expect(await subject.get(key('hollow'))).toEqual(hollow);
    });

    test('a put answers the item that it replaced, when asked', async () => {
      await subject.put(item('replace', 'a', count(1)));
      expect((await subject.put(item('replace', 'a', count(2)), { ReturnValues: 'ALL_OLD' })).Attributes).toEqual(
        item('replace', 'a', count(1)),
      );
    });

    test('a delete of nothing succeeds', async () => {
      const answer = await subject.client.send(
        new DeleteItemCommand({ TableName: subject.TableName, Key: key('nobody'), ReturnValues: 'ALL_OLD' }),
      );
      expect(answer.Attributes).toBeUndefined();
    });

    test('a table that is not there is ResourceNotFoundException', async () => {
      const failed = await refusal(
        subject.client.send(new GetItemCommand({ TableName: 'no-such-table', Key: key('x') })),
      );
      expect(failed['name']).toBe('ResourceNotFoundException');
    });
  });
};
