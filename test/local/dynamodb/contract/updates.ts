import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { count, item, key, refusal } from './subject.ts';
import type { Subject } from './subject.ts';

export const updatesContract = (subject: Subject): void => {
  describe('updates', () => {
    const update = async (pk: string, UpdateExpression: string, more: object = {}) =>
      (
        await subject.client.send(
          new UpdateItemCommand({
            TableName: subject.TableName,
            Key: key(pk),
            UpdateExpression,
            ReturnValues: 'ALL_NEW',
            ...more,
          }),
        )
      ).Attributes;

    test('an update makes the item when there is none', async () => {
      expect(await update('up-new', 'SET n = :n', { ExpressionAttributeValues: { ':n': { N: '1' } } })).toEqual(
        item('up-new', 'a', count(1)),
      );
    });

    test('all clauses of one expression see the item before', async () => {
      await subject.put(
        item('up-clauses', 'a', { a: { N: '1' }, b: { N: '2' }, gone: { S: 'x' }, tags: { SS: ['x', 'y'] } }),
      );
      const after = await update('up-clauses', 'SET a = b, b = a + :one REMOVE gone ADD points :ten DELETE tags :x', {
        ExpressionAttributeValues: { ':one': { N: '1' }, ':ten': { N: '10' }, ':x': { SS: ['x'] } },
      });
      expect(after).toEqual(
        item('up-clauses', 'a', { a: { N: '2' }, b: { N: '2' }, points: { N: '10' }, tags: { SS: ['y'] } }),
      );
    });

    test('list_append appends, and if_not_exists gives a beginning', async () => {
      const append = () =>
        update(
          'up-list',
          'SET events = list_append(if_not_exists(events, :none), :more), version = if_not_exists(version, :zero) + :one',
          {
            ExpressionAttributeValues: {
              ':none': { L: [] },
              ':more': { L: [{ S: 'e' }] },
              ':zero': { N: '0' },
              ':one': { N: '1' },
            },
          },
        );
      await append();
      expect(await append()).toMatchObject({ events: { L: [{ S: 'e' }, { S: 'e' }] }, version: { N: '2' } });
    });

    test('an empty set vanishes', async () => {
      await subject.put(item('up-set', 'a', { tags: { SS: ['x'] } }));
      expect(await update('up-set', 'DELETE tags :x', { ExpressionAttributeValues: { ':x': { SS: ['x'] } } })).toEqual(
        item('up-set'),
      );
    });

    test('numbers keep 38 digits and lose their useless zeros', async () => {
      await subject.put(
        item('up-digits', 'a', { n: { N: '1.2300' }, big: { N: '12345678901234567890123456789012345678' } }),
      );
      expect(await subject.get(key('up-digits'))).toEqual(
        item('up-digits', 'a', { n: { N: '1.23' }, big: { N: '12345678901234567890123456789012345678' } }),
      );
    });

    test.each([
      [
        'a key attribute',
        'SET sk = :v',
        { ':v': { S: 'b' } },
        /Cannot update attribute sk. This attribute is part of the key/,
      ],
      ['two paths that overlap', 'SET a.b = :v, a = :v', { ':v': { S: 'b' } }, /Two document paths overlap/],
      [
        'a path into nothing',
        'SET nothing.here = :v',
        { ':v': { S: 'b' } },
        /document path provided in the update expression is invalid/,
      ],
      [
        'a number added to nothing',
        'SET n = nothing + :v',
        { ':v': { N: '1' } },
        /attribute that does not exist in the item/,
      ],
      ['an unused value', 'SET a = :v', { ':v': { S: 'b' }, ':w': { S: 'c' } }, /unused in expressions.*:w/],
      ['a value that is missing', 'SET a = :w', { ':v': { S: 'b' } }, /:w/],
      ['a reserved word', 'SET status = :v', { ':v': { S: 'b' } }, /reserved keyword/],
      ['a broken expression', 'SET a = = :v', { ':v': { S: 'b' } }, /Syntax error/],
    ])('an update of %s is refused', async (_what, UpdateExpression, ExpressionAttributeValues, message) => {
      await subject.put(item('up-refused'));
      const failed = await refusal(update('up-refused', UpdateExpression, { ExpressionAttributeValues }));
      expect(failed).toMatchObject({ name: 'ValidationException', message: subject.wording(message) });
    });
  });
};
