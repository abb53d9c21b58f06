import { describe, expect, it } from 'vitest';
import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import type { DynamoDb, DynamoDbOperations } from '../../lib/runtime/clients/dynamodb.ts';
import { fromWire, toWire } from '../../lib/runtime/db-wire.ts';
import type { SystemIndexNames } from '../../lib/runtime/system-index.ts';
import { RESERVED_WORDS } from '../fixtures/dynamodb/reserved-words.ts';
import { CASES, type Case, KEY } from './cases.ts';

export const DUE: SystemIndexNames = { name: 'due', partition: 'duePk', sort: 'dueSk' };

export interface Subject {
  readonly client: DynamoDb;
  readonly name: string;
}

const whatHappens = async (work: Promise<unknown>): Promise<'done' | 'refused' | 'invalid'> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof AwsServiceError)) throw error;
    const reasons = Reflect.get(error.body, 'CancellationReasons');
    const codes = Array.isArray(reasons) ? reasons.map((reason: unknown) => Reflect.get(Object(reason), 'Code')) : [];
    if (error.name === 'ConditionalCheckFailedException' || codes.includes('ConditionalCheckFailed')) return 'refused';
    if (error.name === 'ValidationException' || codes.includes('ValidationError')) return 'invalid';
    throw error;
  }
};

const TEXTS = ['', 'a', 'a#1', 'a#10', 'a#2', 'b', 'é', 'Z', '\uffee', '\u{1f600}'].map((text) => `s${text}`);

/** What stores rely on, on a new table each time. */
export const memoryTableContract = (name: string, open: () => Promise<Subject>): void => {
  const put = (table: Subject, item: Readonly<Record<string, unknown>>) =>
    table.client.call('PutItem', { TableName: table.name, Item: toWire(item) });
  const read = async (table: Subject, key: Readonly<Record<string, unknown>> = { ...KEY }) => {
    const { Item } = await table.client.call('GetItem', {
      TableName: table.name,
      Key: toWire(key),
      ConsistentRead: true,
    });
    return Item === undefined ? undefined : fromWire(Item);
  };
  const query = async (table: Subject, input: Partial<DynamoDbOperations['Query']['input']>) => {
    const answer = await table.client.call('Query', { TableName: table.name, ...input });
    return { ...answer, items: (answer.Items ?? []).map((item) => fromWire(item)) };
  };
  const requestOf = ({ condition, update, names, values }: Case, table: Subject) => ({
    TableName: table.name,
    Key: toWire({ ...KEY }),
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    UpdateExpression: update ?? '',
    ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: toWire(values) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  });
  const afterwards = ({ item, becomes }: Case) =>
    typeof becomes === 'string' ? (item === undefined ? undefined : { ...KEY, ...item }) : { ...KEY, ...becomes };

  describe(name, () => {
    it.each(CASES)('$name', async (asked) => {
      const table = await open();
      if (asked.item !== undefined) await put(table, { ...KEY, ...asked.item });
      const happens = await whatHappens(
        table.client.call('UpdateItem', { ...requestOf(asked, table), ReturnValues: 'ALL_NEW' }),
      );
      expect(happens).toBe(typeof asked.becomes === 'string' ? asked.becomes : 'done');
      expect(await read(table)).toEqual(afterwards(asked));
    });

    it.each(CASES.filter(({ seenAlone }) => seenAlone !== true))('in a transaction, $name', async (asked) => {
      const table = await open();
      if (asked.item !== undefined) await put(table, { ...KEY, ...asked.item });
      const other = toWire({ pk: 'other', sk: 'other' });
      const happens = await whatHappens(
        table.client.call('TransactWriteItems', {
          TransactItems: [{ Put: { TableName: table.name, Item: other } }, { Update: requestOf(asked, table) }],
        }),
      );
      expect(happens).toBe(typeof asked.becomes === 'string' ? asked.becomes : 'done');
      expect(await read(table)).toEqual(afterwards(asked));
      expect(await read(table, fromWire(other))).toEqual(happens === 'done' ? fromWire(other) : undefined);
    });

    it('a refusal brings the item that is there, when it is asked for', async () => {
      const table = await open();
      await put(table, { ...KEY, a: 1 });
      const again = {
        TableName: table.name,
        Item: toWire({ ...KEY, a: 2 }),
        ConditionExpression: 'attribute_not_exists(pk)',
      };
      await expect(
        table.client.call('PutItem', { ...again, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', body: { Item: toWire({ ...KEY, a: 1 }) } });
      const error: unknown = await table.client.call('PutItem', again).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'ConditionalCheckFailedException' });
      expect(error).not.toHaveProperty('body.Item');
    });

    it('a transaction says of each write what is there, and does none', async () => {
      const table = await open();
      const key = (sk: string) => ({ pk: 'p', sk });
      for (const sk of ['1', '2', '3']) await put(table, { ...key(sk), a: 1 });
      const common = { TableName: table.name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
      const error: unknown = await table.client
        .call('TransactWriteItems', {
          TransactItems: [
            {
              Put: { ...common, Item: toWire({ ...key('1'), a: 2 }), ConditionExpression: 'attribute_not_exists(pk)' },
            },
            { Delete: { ...common, Key: toWire(key('2')) } },
            {
              ConditionCheck: {
                ...common,
                Key: toWire(key('3')),
                ConditionExpression: 'a = :a',
                ExpressionAttributeValues: toWire({ ':a': 2 }),
              },
            },
            { Put: { ...common, Item: toWire({ ...key('4') }), ConditionExpression: 'attribute_exists(pk)' } },
          ],
        })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        name: 'TransactionCanceledException',
        body: {
          CancellationReasons: [
            { Code: 'ConditionalCheckFailed', Item: toWire({ ...key('1'), a: 1 }) },
            { Code: 'None' },
            { Code: 'ConditionalCheckFailed', Item: toWire({ ...key('3'), a: 1 }) },
            { Code: 'ConditionalCheckFailed' },
          ],
        },
      });
      expect(await read(table, key('2'))).toEqual({ ...key('2'), a: 1 });
    });

    it('a transaction has 100 writes at most, and one for each item', async () => {
      const table = await open();
      const puts = (many: number, sk = (index: number) => String(index)) =>
        whatHappens(
          table.client.call('TransactWriteItems', {
            TransactItems: Array.from({ length: many }, (_each, index) => ({
              Put: { TableName: table.name, Item: toWire({ pk: 'p', sk: sk(index) }) },
            })),
          }),
        );
      expect(await puts(101)).toBe('invalid');
      expect(await puts(2, () => 'same')).toBe('invalid');
      expect(await puts(100)).toBe('done');
    });

    it('writes answer with the item before or afterwards', async () => {
      const table = await open();
      const update = {
        TableName: table.name,
        Key: toWire({ ...KEY }),
        UpdateExpression: 'ADD a :one',
        ExpressionAttributeValues: toWire({ ':one': 1 }),
      };
      await table.client.call('UpdateItem', { ...update, ReturnValues: 'NONE' });
      expect(await table.client.call('UpdateItem', { ...update, ReturnValues: 'ALL_NEW' })).toMatchObject({
        Attributes: toWire({ ...KEY, a: 2 }),
      });
      expect(await table.client.call('UpdateItem', update)).not.toHaveProperty('Attributes');
      const gone = { TableName: table.name, Key: toWire({ ...KEY }), ReturnValues: 'ALL_OLD' as const };
      expect(await table.client.call('DeleteItem', gone)).toMatchObject({ Attributes: toWire({ ...KEY, a: 3 }) });
      expect(await table.client.call('DeleteItem', gone)).not.toHaveProperty('Attributes');
    });

    it('a query goes by the bytes of the sort key, both ways, in ranges and in pages', async () => {
      const table = await open();
      for (const [index, sk] of TEXTS.toReversed().entries()) await put(table, { pk: 'q', sk, even: index % 2 === 0 });
      await put(table, { pk: 'other', sk: 'sa' });
      const sorted = TEXTS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const of = {
        ExpressionAttributeNames: { '#pk': 'pk' },
        KeyConditionExpression: '#pk = :pk',
        ConsistentRead: true,
      };
      const sks = async (
        input: Partial<DynamoDbOperations['Query']['input']>,
        values: Readonly<Record<string, unknown>> = {},
      ) =>
        (
          await query(table, { ...of, ExpressionAttributeValues: toWire({ ':pk': 'q', ...values }), ...input })
        ).items.map(({ sk }) => sk);
      expect(await sks({})).toEqual(sorted);
      expect(await sks({ ScanIndexForward: false })).toEqual(sorted.toReversed());
      const range = (text: string) => ({ KeyConditionExpression: `#pk = :pk AND ${text}` });
      expect(await sks(range('begins_with(sk, :start)'), { ':start': 'sa#1' })).toEqual(['sa#1', 'sa#10']);
      expect(await sks(range('sk BETWEEN :from AND :to'), { ':from': 'sa', ':to': 'sa#2' })).toEqual([
        'sa',
        'sa#1',
        'sa#10',
        'sa#2',
      ]);
      expect(await sks(range('sk < :to'), { ':to': 'sa' })).toEqual(['s', 'sZ']);
      expect(await sks(range('sk >= :from'), { ':from': 's\u{1f600}' })).toEqual(['s\u{1f600}']);
      for (const ScanIndexForward of [true, false]) {
        const seen: unknown[] = [];
        let start: DynamoDbOperations['Query']['input']['ExclusiveStartKey'];
        do {
          const page = await query(table, {
            ...of,
            ExpressionAttributeValues: toWire({ ':pk': 'q', ':true': true }),
            FilterExpression: 'even = :true',
            Limit: 3,
            ScanIndexForward,
            ExclusiveStartKey: start,
          });
          expect(page.ScannedCount).toBeLessThanOrEqual(3);
          seen.push(...page.items.map(({ sk }) => sk));
          start = page.LastEvaluatedKey;
        } while (start !== undefined);
        const even = sorted.filter((sk) => TEXTS.toReversed().indexOf(sk) % 2 === 0);
        expect(seen).toEqual(ScanIndexForward ? even : even.toReversed());
      }
      expect(await sks({ Limit: 3, ExclusiveStartKey: toWire({ pk: 'q', sk: 'sa#11' }) })).toEqual([
        'sa#2',
        'sb',
        'sé',
      ]);
    });

    it('a page ends at a megabyte', async () => {
      const table = await open();
      for (let sk = 1; sk <= 4; sk += 1) await put(table, { pk: 'big', sk: String(sk), text: 'x'.repeat(390_000) });
      const page = await query(table, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toWire({ ':pk': 'big' }),
      });
      expect(page.items).toHaveLength(2);
      expect(page.LastEvaluatedKey).toEqual(toWire({ pk: 'big', sk: '2' }));
      expect(await whatHappens(put(table, { ...KEY, text: 'x'.repeat(410_000) }))).toBe('invalid');
    });

    it('indexes are sparse, follow every change, and a system index has keys alone', async () => {
      const table = await open();
      const indexed = (IndexName: string, partition: string) =>
        query(table, {
          IndexName,
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': partition },
          ExpressionAttributeValues: toWire({ ':p': 'x' }),
        });
      const item = (sk: string, at: string) => ({ pk: 'p', sk, gsi1pk: 'x', gsi1sk: at, duePk: 'x', dueSk: at, a: 1 });
      await put(table, item('1', 'b'));
      await put(table, item('2', 'a'));
      await put(table, { pk: 'p', sk: '3', gsi1pk: 'x', a: 1 });
      expect((await indexed('gsi1', 'gsi1pk')).items).toEqual([item('2', 'a'), item('1', 'b')]);
      const keys = ({ a: _a, gsi1pk: _pk, gsi1sk: _sk, ...rest }: ReturnType<typeof item>) => rest;
      expect((await indexed('due', 'duePk')).items).toEqual([keys(item('2', 'a')), keys(item('1', 'b'))]);
      await table.client.call('UpdateItem', {
        TableName: table.name,
        Key: toWire({ pk: 'p', sk: '2' }),
        UpdateExpression: 'SET gsi1sk = :c REMOVE duePk, dueSk',
        ExpressionAttributeValues: toWire({ ':c': 'c' }),
      });
      expect((await indexed('gsi1', 'gsi1pk')).items.map(({ sk }) => sk)).toEqual(['1', '2']);
      expect((await indexed('due', 'duePk')).items.map(({ sk }) => sk)).toEqual(['1']);
      await table.client.call('DeleteItem', { TableName: table.name, Key: toWire({ pk: 'p', sk: '1' }) });
      expect((await indexed('due', 'duePk')).items).toEqual([]);
      const first = await query(table, {
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :p',
        ExpressionAttributeValues: toWire({ ':p': 'x' }),
        Limit: 1,
      });
      expect(first.LastEvaluatedKey).toEqual(toWire({ pk: 'p', sk: '2', gsi1pk: 'x', gsi1sk: 'c' }));
    });

    it('a reserved word stands for no attribute', async () => {
      const table = await open();
      const free: string[] = [];
      for (const word of RESERVED_WORDS) {
        const asked = table.client.call('UpdateItem', {
          TableName: table.name,
          Key: toWire({ ...KEY }),
          UpdateExpression: `REMOVE ${word}`,
        });
        if ((await whatHappens(asked)) !== 'invalid') free.push(word);
      }
      expect(free).toEqual([]);
    });

    it('a batch has what is there, and refuses a key twice', async () => {
      const table = await open();
      await put(table, { ...KEY, a: 1 });
      const batch = (...sks: string[]) =>
        table.client.call('BatchGetItem', {
          RequestItems: { [table.name]: { Keys: sks.map((sk) => toWire({ pk: 'p', sk })), ConsistentRead: true } },
        });
      expect((await batch('s', 'missing')).Responses?.[table.name]).toEqual([toWire({ ...KEY, a: 1 })]);
      expect(await whatHappens(batch('s', 's'))).toBe('invalid');
      expect(await whatHappens(batch(...Array.from({ length: 101 }, (_each, index) => String(index))))).toBe('invalid');
    });
  });
};
