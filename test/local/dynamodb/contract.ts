import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';

type Item = Record<string, AttributeValue>;

const key = (pk: string, sk = 'a'): Item => ({ pk: { S: pk }, sk: { S: sk } });
const item = (pk: string, sk = 'a', more: Item = {}): Item => ({ ...key(pk, sk), ...more });
const count = (n: number | string): Item => ({ n: { N: String(n) } });

/** What a refused call says: its error name and the members that the product reads. */
const refusal = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, message, Item: old, CancellationReasons: reasons } = error as Error & Record<string, unknown>;
    return {
      name,
      message,
      ...(old === undefined ? {} : { Item: old }),
      ...(reasons === undefined ? {} : { CancellationReasons: reasons }),
    };
  }
  throw new Error('the call was not refused');
};

/**
 * What the product relies on of DynamoDB. It runs on the local cloud and, where there is one, on an independent
 * implementation; `open` gives a client and the name of a table with the keys pk and sk and the index gsi1;
 * `differences` lists where that implementation is known to be another, with the reason.
 */
export const dynamoDbContract = (
  name: string,
  open: () => Promise<{ client: DynamoDBClient; table: string }>,
  differences: Readonly<Record<string, string>> = {},
): void => {
  /** A test that an independent implementation is known to answer differently is not for it. */
  const unlessDifferent = (title: string, check: () => Promise<void>): void => {
    if (differences[title] === undefined) test(title, check);
  };
  /** Wordings that the other implementation has of its own. */
  const expectMessage = (failed: Record<string, unknown>, message: RegExp): void => {
    expect(failed['name']).toBe('ValidationException');
    if (differences['wording'] === undefined) expect(failed['message']).toMatch(message);
  };
  describe(name, () => {
    let client: DynamoDBClient;
    let TableName: string;
    beforeAll(async () => {
      const opened = await open();
      client = opened.client;
      TableName = opened.table;
    });
    const put = (Item: Item, more: object = {}) => client.send(new PutItemCommand({ TableName, Item, ...more }));
    const get = async (Key: Item) =>
      (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;

    describe('conditions', () => {
      test('a failed condition of a put answers the item that is there, when asked', async () => {
        await put(item('cond-put', 'a', count(1)));
        const failed = await refusal(
          put(item('cond-put', 'a', count(2)), {
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        expect(failed).toMatchObject({
          name: 'ConditionalCheckFailedException',
          message: 'The conditional request failed',
          Item: item('cond-put', 'a', count(1)),
        });
        expect(await get(key('cond-put'))).toEqual(item('cond-put', 'a', count(1)));
      });

      test('a failed condition does not answer the item when not asked', async () => {
        await put(item('cond-plain'));
        const failed = await refusal(put(item('cond-plain'), { ConditionExpression: 'attribute_not_exists(pk)' }));
        expect(failed).toEqual({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
      });

      test('a failed condition of an update and of a delete answers the item', async () => {
        await put(item('cond-update', 'a', count(5)));
        const conditioned = {
          TableName,
          Key: key('cond-update'),
          ConditionExpression: 'n > :n',
          ExpressionAttributeValues: { ':n': { N: '9' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        } as const;
        const failedUpdate = await refusal(
          client.send(new UpdateItemCommand({ ...conditioned, UpdateExpression: 'SET m = :n' })),
        );
        const failedDelete = await refusal(client.send(new DeleteItemCommand(conditioned)));
        expect([failedUpdate['Item'], failedDelete['Item']]).toEqual([
          item('cond-update', 'a', count(5)),
          item('cond-update', 'a', count(5)),
        ]);
      });

      test('a condition on an item that is not there fails without an item', async () => {
        const failed = await refusal(
          client.send(
            new UpdateItemCommand({
              TableName,
              Key: key('cond-absent'),
              UpdateExpression: 'SET n = :n',
              ConditionExpression: 'attribute_exists(pk)',
              ExpressionAttributeValues: { ':n': { N: '1' } },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          ),
        );
        expect(failed).toEqual({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
        expect(await get(key('cond-absent'))).toBeUndefined();
      });

      test.each([
        ['n = :five', true],
        ['n <> :five', false],
        ['n BETWEEN :one AND :nine', true],
        ['n IN (:one, :nine)', false],
        ['NOT n IN (:one, :nine)', true],
        ['attribute_type(n, :N)', true],
        ['begins_with(word, :ab)', true],
        ['contains(word, :bc)', true],
        ['contains(tags, :red)', true],
        ['size(word) = :three', true],
        ['size(things) > :three', false],
        ['absent = :five', false],
        ['absent <> :five', true],
        ['attribute_not_exists(absent) AND (n < :one OR n > :one)', true],
        ['paper.inside = :five', true],
        ['things[1] = :nine', true],
        ['n < word', false],
      ])('the condition %s is %s', async (ConditionExpression, holds) => {
        const subject = item('cond-grammar', 'a', {
          n: { N: '5' },
          word: { S: 'abc' },
          tags: { SS: ['red', 'blue'] },
          things: { L: [{ N: '1' }, { N: '9' }] },
          paper: { M: { inside: { N: '5' } } },
        });
        await put(subject);
        const all: Item = {
          ':one': { N: '1' },
          ':five': { N: '5' },
          ':nine': { N: '9' },
          ':three': { N: '3' },
          ':N': { S: 'N' },
          ':ab': { S: 'ab' },
          ':bc': { S: 'bc' },
          ':red': { S: 'red' },
        };
        const used = Object.fromEntries(
          Object.entries(all).filter(([placeholder]) => new RegExp(`${placeholder}\\b`).test(ConditionExpression)),
        );
        const call = put(subject, {
          ConditionExpression,
          ...(Object.keys(used).length === 0 ? {} : { ExpressionAttributeValues: used }),
        });
        if (holds) await expect(call).resolves.toBeDefined();
        else expect(await refusal(call)).toMatchObject({ name: 'ConditionalCheckFailedException' });
      });
    });

    describe('updates', () => {
      const update = async (pk: string, UpdateExpression: string, more: object = {}) =>
        (
          await client.send(
            new UpdateItemCommand({ TableName, Key: key(pk), UpdateExpression, ReturnValues: 'ALL_NEW', ...more }),
          )
        ).Attributes;

      test('an update makes the item when there is none', async () => {
        expect(await update('up-new', 'SET n = :n', { ExpressionAttributeValues: { ':n': { N: '1' } } })).toEqual(
          item('up-new', 'a', count(1)),
        );
      });

      test('all clauses of one expression see the item before', async () => {
        await put(
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
        await put(item('up-set', 'a', { tags: { SS: ['x'] } }));
        expect(
          await update('up-set', 'DELETE tags :x', { ExpressionAttributeValues: { ':x': { SS: ['x'] } } }),
        ).toEqual(item('up-set'));
      });

      test('numbers keep 38 digits and lose their useless zeros', async () => {
        await put(item('up-digits', 'a', { n: { N: '1.2300' }, big: { N: '12345678901234567890123456789012345678' } }));
        expect(await get(key('up-digits'))).toEqual(
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
        await put(item('up-refused'));
        const failed = await refusal(update('up-refused', UpdateExpression, { ExpressionAttributeValues }));
        expectMessage(failed, message);
      });
    });

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
      ] as readonly (readonly [string, Item, RegExp])[])(
        'an item with %s is refused',
        async (_what, broken, message) => {
          const failed = await refusal(put(broken));
          expectMessage(failed, message);
        },
      );

      test('an item just under 400 kB is taken', async () => {
        await expect(
          put(item('keys-large', 'a', { text: { S: 'x'.repeat(400 * 1024 - 100) } })),
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
        await put(hollow);
        expect(await get(key('hollow'))).toEqual(hollow);
      });

      test('a put answers the item that it replaced, when asked', async () => {
        await put(item('replace', 'a', count(1)));
        expect((await put(item('replace', 'a', count(2)), { ReturnValues: 'ALL_OLD' })).Attributes).toEqual(
          item('replace', 'a', count(1)),
        );
      });

      test('a delete of nothing succeeds', async () => {
        const answer = await client.send(
          new DeleteItemCommand({ TableName, Key: key('nobody'), ReturnValues: 'ALL_OLD' }),
        );
        expect(answer.Attributes).toBeUndefined();
      });

      test('a table that is not there is ResourceNotFoundException', async () => {
        const failed = await refusal(client.send(new GetItemCommand({ TableName: 'no-such-table', Key: key('x') })));
        expect(failed['name']).toBe('ResourceNotFoundException');
      });
    });

    describe('transactions', () => {
      const transact = (TransactItems: object[], more: object = {}) =>
        client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));

      test('all of its writes happen, or none', async () => {
        await put(item('tx', 'taken'));
        const failed = await refusal(
          transact([
            { Put: { TableName, Item: item('tx', 'new') } },
            {
              Put: {
                TableName,
                Item: item('tx', 'taken', count(2)),
                ConditionExpression: 'attribute_not_exists(pk)',
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
            {
              Update: {
                TableName,
                Key: key('tx', 'other'),
                UpdateExpression: 'SET n = :n',
                ExpressionAttributeValues: { ':n': { N: '1' } },
              },
            },
          ]),
        );
        expect(failed).toMatchObject({
          name: 'TransactionCanceledException',
          message:
            'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]',
          CancellationReasons: [
            { Code: 'None' },
            { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: item('tx', 'taken') },
            { Code: 'None' },
          ],
        });
        expect(await get(key('tx', 'new'))).toBeUndefined();
      });

      test('every failed condition has its reason, and its item when asked', async () => {
        await put(item('tx-many', 'a', count(1)));
        const failing = {
          TableName,
          Key: key('tx-many'),
          ConditionExpression: 'n > :n',
          ExpressionAttributeValues: { ':n': { N: '5' } },
        };
        const failed = await refusal(
          transact([
            { ConditionCheck: { ...failing, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
            { Delete: { ...failing, Key: key('tx-many', 'absent'), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
            { Update: { ...failing, Key: key('tx-many', 'absent2'), UpdateExpression: 'SET m = :n' } },
          ]),
        );
        const reasons = failed['CancellationReasons'];
        expect(reasons).toMatchObject([
          { Code: 'ConditionalCheckFailed', Item: item('tx-many', 'a', count(1)) },
          { Code: 'ConditionalCheckFailed' },
          { Code: 'ConditionalCheckFailed' },
        ]);
        expect(JSON.stringify(reasons).match(/"Item"/g)).toHaveLength(1);
      });

      unlessDifferent('one item cannot be in it twice', async () => {
        const failed = await refusal(
          transact([
            { Put: { TableName, Item: item('tx-twice') } },
            { ConditionCheck: { TableName, Key: key('tx-twice'), ConditionExpression: 'attribute_not_exists(pk)' } },
          ]),
        );
        expectMessage(failed, /cannot include multiple operations on one item/);
      });

      test('it takes 100 actions, and not 101', async () => {
        const actions = (n: number) =>
          Array.from({ length: n }, (_, index) => ({ Put: { TableName, Item: item('tx-size', String(index)) } }));
        await expect(transact(actions(100))).resolves.toBeDefined();
        expect(await refusal(transact(actions(101)))).toMatchObject({ name: 'ValidationException' });
      });

      test('the same token and the same request is one transaction', async () => {
        const add = {
          Update: {
            TableName,
            Key: key('tx-token'),
            UpdateExpression: 'ADD n :n',
            ExpressionAttributeValues: { ':n': { N: '1' } },
          },
        };
        await transact([add], { ClientRequestToken: 'token-1' });
        await transact([add], { ClientRequestToken: 'token-1' });
        expect(await get(key('tx-token'))).toEqual(item('tx-token', 'a', count(1)));
        const other = { Update: { ...add.Update, ExpressionAttributeValues: { ':n': { N: '2' } } } };
        expect(await refusal(transact([other], { ClientRequestToken: 'token-1' }))).toMatchObject({
          name: 'IdempotentParameterMismatchException',
        });
      });

      test('a transactional read answers each item at its place', async () => {
        await put(item('tx-get', 'a', count(1)));
        const { Responses } = await client.send(
          new TransactGetItemsCommand({
            TransactItems: [
              { Get: { TableName, Key: key('tx-get', 'absent') } },
              { Get: { TableName, Key: key('tx-get') } },
            ],
          }),
        );
        expect(Responses).toEqual([{}, { Item: item('tx-get', 'a', count(1)) }]);
      });

      unlessDifferent('an item that is too large, or of a wrong type, cancels it with ValidationError', async () => {
        await put(item('tx-invalid', 'a', { word: { S: 'x' } }));
        const failed = await refusal(
          transact([
            { Put: { TableName, Item: item('tx-invalid', 'b') } },
            {
              Update: {
                TableName,
                Key: key('tx-invalid'),
                UpdateExpression: 'ADD word :n',
                ExpressionAttributeValues: { ':n': { N: '1' } },
              },
            },
          ]),
        );
        expect(failed).toMatchObject({
          name: 'TransactionCanceledException',
          CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
        });
      });
    });

    describe('queries', () => {
      beforeAll(async () => {
        for (const [index, sk] of ['a#1', 'a#2', 'b#1', 'b#2', 'b#3'].entries()) {
          await put(
            item('query', sk, { n: { N: String(index) }, gsi1pk: { S: 'group' }, gsi1sk: { S: String(9 - index) } }),
          );
        }
        await put(item('query', 'outside', { n: { N: '9' } }));
      });
      const query = async (KeyConditionExpression: string, values: Item, more: object = {}) =>
        await client.send(
          new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues: values, ...more }),
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
        expectMessage(failed, /^Consistent reads are not supported on global secondary indexes$/);
      });

      test('an item leaves an index with its key', async () => {
        await put(item('leaves', 'a', { gsi1pk: { S: 'leaving' }, gsi1sk: { S: '1' } }));
        await client.send(new UpdateItemCommand({ TableName, Key: key('leaves'), UpdateExpression: 'REMOVE gsi1pk' }));
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
        expectMessage(failed, message);
      });

      test('a page holds at most 1 MB', async () => {
        for (const sk of ['1', '2', '3', '4']) await put(item('megabyte', sk, { text: { S: 'x'.repeat(350_000) } }));
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
        const answer = await client.send(
          new ScanCommand({
            TableName,
            IndexName: 'gsi1',
            FilterExpression: 'gsi1pk = :g',
            ExpressionAttributeValues: { ':g': { S: 'group' } },
          }),
        );
        expect(sks(answer).sort()).toEqual(['a#1', 'a#2', 'b#1', 'b#2', 'b#3']);
      });
    });

    describe('batches', () => {
      test('a batch writes and reads 25 and 100 items', async () => {
        const requests = Array.from({ length: 25 }, (_, index) => ({
          PutRequest: { Item: item('batch', String(index)) },
        }));
        const written = await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
        expect(written.UnprocessedItems).toEqual({});
        const Keys = Array.from({ length: 100 }, (_, index) => key('batch', String(index)));
        const { Responses } = await client.send(
          new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
        );
        expect(Responses?.[TableName]).toHaveLength(25);
      });

      test.each([
        [
          'a key twice',
          () => new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('twice'), key('twice')] } } }),
          /duplicates/,
        ],
        [
          '101 keys',
          () =>
            new BatchGetItemCommand({
              RequestItems: { [TableName]: { Keys: Array.from({ length: 101 }, (_, n) => key('k', String(n))) } },
            }),
          /less than or equal to 100|Too many items/,
        ],
      ])('a batch read of %s is refused', async (_what, command, message) => {
        const failed = await refusal(client.send(command()));
        expectMessage(failed, message);
      });

      test('a batch of 26 writes is refused', async () => {
        const requests = Array.from({ length: 26 }, (_, n) => ({ PutRequest: { Item: item('batch26', String(n)) } }));
        expect(
          await refusal(client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }))),
        ).toMatchObject({ name: 'ValidationException' });
      });
    });

    describe('consumed capacity', () => {
      const units = (answer: { ConsumedCapacity?: { CapacityUnits?: number | undefined } | undefined }) =>
        answer.ConsumedCapacity?.CapacityUnits;
      const ask = { ReturnConsumedCapacity: 'TOTAL' } as const;

      test('writes count by the kilobyte, and once more for each index', async () => {
        expect(units(await put(item('units', 'plain'), ask))).toBe(1);
        expect(units(await put(item('units', 'big', { text: { S: 'x'.repeat(1500) } }), ask))).toBe(2);
        expect(units(await put(item('units', 'indexed', { gsi1pk: { S: 'units' }, gsi1sk: { S: '1' } }), ask))).toBe(2);
        expect(units(await put(item('units', 'indexed', { gsi1pk: { S: 'units' }, gsi1sk: { S: '2' } }), ask))).toBe(3);
      });

      test('reads count by four kilobytes, half when they may be stale', async () => {
        await put(item('units', 'read', { text: { S: 'x'.repeat(5000) } }));
        const read = (ConsistentRead: boolean) =>
          client.send(new GetItemCommand({ TableName, Key: key('units', 'read'), ConsistentRead, ...ask }));
        expect([units(await read(true)), units(await read(false))]).toEqual([2, 1]);
      });

      test('a query counts the sum of what it read', async () => {
        for (const sk of ['1', '2', '3', '4']) await put(item('units-query', sk, { text: { S: 'x'.repeat(1010) } }));
        const answer = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: 'units-query' } },
            ...ask,
          }),
        );
        expect(units(answer)).toBe(1);
      });

      test('transactions count double', async () => {
        const written = await client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: { TableName, Item: item('units', 't1') } },
              { Put: { TableName, Item: item('units', 't2', { text: { S: 'x'.repeat(1500) } }) } },
            ],
            ...ask,
          }),
        );
        expect(written.ConsumedCapacity?.map((part) => part.CapacityUnits)).toEqual([6]);
      });
    });
  });
};
