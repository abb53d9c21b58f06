import { QueryCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { item, key, refusal } from './subject.ts';
import type { Item, Subject } from './subject.ts';

export const queriesContract = (subject: Subject): void => {
  describe('queries', () => {
    beforeAll(async () => {
      for (const [index, sk] of ['a#1', 'a#2', 'b#1', 'b#2', 'b#3'].entries()) {
        await subject.put(
          item('query', sk, { n: { N: String(index) }, gsi1pk: { S: 'group' }, gsi1sk: { S: String(9 - index) } }),
        );
      }
      await subject.put(item('query', 'outside', { n: { N: '9' } }));
    });
    const query = async (KeyConditionExpression: string, values: Item, more: object = {}) =>
      await subject.client.send(
        new QueryCommand({
          TableName: subject.TableName,
          KeyConditionExpression,
          ExpressionAttributeValues: values,
          ...more,
        }),
      );
    const sks = (answer: { Items?: Item[] | undefined }) => (answer.Items ?? []).map((found) => found['sk']?.S);

    test('the sort key may begin with, lie between, or compare', async () => {
      const pk = { ':pk': { S: 'query' } };
      expect(sks(await query('pk = :pk AND begins_with(sk, :b)', { ...pk, ':b': { S: 'b#' } }))).toEqual([
        'b#1',
        'b#2',
        'b#3',
      ]);
      expect(
        sks(await query('pk = :pk AND sk BETWEEN :x AND :y', { ...pk, ':x': { S: 'a#2' }, ':y': { S: 'b#2' } })),
      ).toEqual(['a#2', 'b#1', 'b#2']);
      expect(
        sks(await query('pk = :pk AND sk > :x', { ...pk, ':x': { S: 'b#2' } }, { ScanIndexForward: false })),
      ).toEqual(['outside', 'b#3']);
    });

    test('a page ends at its limit, before the filter, and goes on where it ended', async () => {
      const values = { ':pk': { S: 'query' }, ':two': { N: '2' } };
      const first = await query('pk = :pk', values, { Limit: 3, FilterExpression: 'n >= :two' });
      expect([sks(first), first.LastEvaluatedKey, first.ScannedCount]).toEqual([['b#1'], key('query', 'b#1'), 3]);
      const second = await query('pk = :pk', values, {
        Limit: 3,
        FilterExpression: 'n >= :two',
        ExclusiveStartKey: first.LastEvaluatedKey,
      });
      expect([sks(second), second.LastEvaluatedKey?.['sk']?.S]).toEqual([['b#2', 'b#3', 'outside'], 'outside']);
      const third = await query('pk = :pk', values, {
        Limit: 3,
        FilterExpression: 'n >= :two',
        ExclusiveStartKey: second.LastEvaluatedKey,
      });
      expect([sks(third), third.LastEvaluatedKey]).toEqual([[], undefined]);
    });

    test('an index has the items with its keys, in its order, and pages with both keys', async () => {
      const values = { ':g': { S: 'group' } };
      expect(sks(await query('gsi1pk = :g', values, { IndexName: 'gsi1' }))).toEqual([
        'b#3',
        'b#2',
        'b#1',
        'a#2',
        'a#1',
      ]);
      const page = await query('gsi1pk = :g', values, { IndexName: 'gsi1', Limit: 2 });
      expect(page.LastEvaluatedKey).toEqual({ ...key('query', 'b#2'), gsi1pk: { S: 'group' }, gsi1sk: { S: '6' } });
      const next = await query('gsi1pk = :g', values, {
        IndexName: 'gsi1',
        Limit: 2,
        ExclusiveStartKey: page.LastEvaluatedKey,
      });
      expect(sks(next)).toEqual(['b#1', 'a#2']);
    });

    test('an index cannot be read consistently', async () => {
      const failed = await refusal(
        query('gsi1pk = :g', { ':g': { S: 'group' } }, { IndexName: 'gsi1', ConsistentRead: true }),
      );
      expect(failed).toMatchObject({
        name: 'ValidationException',
        message: subject.wording(/^Consistent reads are not supported on global secondary indexes$/),
      });
    });

    test('an item leaves an index with its key', async () => {
      await subject.put(item('leaves', 'a', { gsi1pk: { S: 'leaving' }, gsi1sk: { S: '1' } }));
      await subject.client.send(
        new UpdateItemCommand({ TableName: subject.TableName, Key: key('leaves'), UpdateExpression: 'REMOVE gsi1pk' }),
      );
      expect(sks(await query('gsi1pk = :g', { ':g': { S: 'leaving' } }, { IndexName: 'gsi1' }))).toEqual([]);
    });

    test('a query may count, or project', async () => {
      const values = { ':pk': { S: 'query' } };
      const counted = await query('pk = :pk', values, { Select: 'COUNT' });
      expect([counted.Count, counted.Items]).toEqual([6, undefined]);
      const projected = await query('pk = :pk', values, {
        Limit: 1,
        ProjectionExpression: '#n',
        ExpressionAttributeNames: { '#n': 'n' },
      });
      expect(projected.Items).toEqual([{ n: { N: '0' } }]);
    });

    test.each([
      ['an index that is not there', 'x = :v', { IndexName: 'gsi9' }, /does not have the specified index/],
      ['no partition key', 'sk = :v', {}, /Query condition missed key schema element: pk/],
      [
        'a filter on a key',
        'pk = :v',
        { FilterExpression: 'sk = :v' },
        /Filter Expression can only contain non-primary key attributes/,
      ],
      ['a limit of nothing', 'pk = :v', { Limit: 0 }, /greater than or equal to 1/],
      ['a key of another query', 'pk = :v', { ExclusiveStartKey: { pk: { S: 'x' } } }, /starting key|start key/i],
    ])('a query with %s is refused', async (_what, expression, more, message) => {
      const failed = await refusal(query(expression, { ':v': { S: 'query' } }, more));
      expect(failed).toMatchObject({ name: 'ValidationException', message: subject.wording(message) });
    });

    test('a page holds at most 1 MB', async () => {
      for (const sk of ['1', '2', '3', '4'])
        await subject.put(item('megabyte', sk, { text: { S: 'x'.repeat(350_000) } }));
      const first = await query('pk = :pk', { ':pk': { S: 'megabyte' } });
      expect(first.LastEvaluatedKey).toBeDefined();
      const second = await query(
        'pk = :pk',
        { ':pk': { S: 'megabyte' } },
        { ExclusiveStartKey: first.LastEvaluatedKey },
      );
      expect([...sks(first), ...sks(second)]).toEqual(['1', '2', '3', '4']);
    });

    test('a scan of an index finds its items', async () => {
      const answer = await subject.client.send(
        new ScanCommand({
          TableName: subject.TableName,
          IndexName: 'gsi1',
          FilterExpression: 'gsi1pk = :g',
          ExpressionAttributeValues: { ':g': { S: 'group' } },
        }),
      );
      expect(sks(answer).sort()).toEqual(['a#1', 'a#2', 'b#1', 'b#2', 'b#3']);
    });
  });
};
