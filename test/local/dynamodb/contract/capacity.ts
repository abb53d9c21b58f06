import { GetItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { item, key } from './subject.ts';
import type { Subject } from './subject.ts';

export const capacityContract = (subject: Subject): void => {
  describe('consumed capacity', () => {
    const units = (answer: { ConsumedCapacity?: { CapacityUnits?: number | undefined } | undefined }) =>
      answer.ConsumedCapacity?.CapacityUnits;
    const ask = { ReturnConsumedCapacity: 'TOTAL' } as const;

    test('writes count by the kilobyte, and once more for each index', async () => {
      expect(units(await subject.put(item('units', 'plain'), ask))).toBe(1);
      expect(units(await subject.put(item('units', 'big', { text: { S: 'x'.repeat(1500) } }), ask))).toBe(2);
      expect(
        units(await subject.put(item('units', 'indexed', { gsi1pk: { S: 'units' }, gsi1sk: { S: '1' } }), ask)),
      ).toBe(2);
      expect(
        units(await subject.put(item('units', 'indexed', { gsi1pk: { S: 'units' }, gsi1sk: { S: '2' } }), ask)),
      ).toBe(3);
    });

    test('reads count by four kilobytes, half when they may be stale', async () => {
      await subject.put(item('units', 'read', { text: { S: 'x'.repeat(5000) } }));
      const read = (ConsistentRead: boolean) =>
        subject.client.send(
          new GetItemCommand({ TableName: subject.TableName, Key: key('units', 'read'), ConsistentRead, ...ask }),
        );
      expect([units(await read(true)), units(await read(false))]).toEqual([2, 1]);
    });

    test('a query counts the sum of what it read', async () => {
      for (const sk of ['1', '2', '3', '4'])
        await subject.put(item('units-query', sk, { text: { S: 'x'.repeat(1010) } }));
      const answer = await subject.client.send(
        new QueryCommand({
          TableName: subject.TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'units-query' } },
          ...ask,
        }),
      );
      expect(units(answer)).toBe(1);
    });

    test('transactions count double', async () => {
      const written = await subject.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName: subject.TableName, Item: item('units', 't1') } },
            { Put: { TableName: subject.TableName, Item: item('units', 't2', { text: { S: 'x'.repeat(1500) } }) } },
          ],
          ...ask,
        }),
      );
      expect(written.ConsumedCapacity?.map((part) => part.CapacityUnits)).toEqual([6]);
    });
  });
};
