import { BatchGetItemCommand, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { item, key, refusal } from './subject.ts';
import type { Subject } from './subject.ts';

export const batchesContract = (subject: Subject): void => {
  describe('batches', () => {
    test('a batch writes and reads 25 and 100 items', async () => {
      const requests = Array.from({ length: 25 }, (_, index) => ({
        PutRequest: { Item: item('batch', String(index)) },
      }));
      const written = await subject.client.send(
        new BatchWriteItemCommand({ RequestItems: { [subject.TableName]: requests } }),
      );
      expect(written.UnprocessedItems).toEqual({});
      const Keys = Array.from({ length: 100 }, (_, index) => key('batch', String(index)));
      const { Responses } = await subject.client.send(
        new BatchGetItemCommand({ RequestItems: { [subject.TableName]: { Keys, ConsistentRead: true } } }),
      );
      expect(Responses?.[subject.TableName]).toHaveLength(25);
    });

    test.each([
      [
        'a key twice',
        () =>
          new BatchGetItemCommand({ RequestItems: { [subject.TableName]: { Keys: [key('twice'), key('twice')] } } }),
        /duplicates/,
      ],
      [
        '101 keys',
        () =>
          new BatchGetItemCommand({
            RequestItems: { [subject.TableName]: { Keys: Array.from({ length: 101 }, (_, n) => key('k', String(n))) } },
          }),
        /less than or equal to 100|Too many items/,
      ],
    ])('a batch read of %s is refused', async (_what, command, message) => {
      const failed = await refusal(subject.client.send(command()));
      expect(failed).toMatchObject({ name: 'ValidationException', message: subject.wording(message) });
    });

    test('a batch of 26 writes is refused', async () => {
      const requests = Array.from({ length: 26 }, (_, n) => ({ PutRequest: { Item: item('batch26', String(n)) } }));
      expect(
        await refusal(
          subject.client.send(new BatchWriteItemCommand({ RequestItems: { [subject.TableName]: requests } })),
        ),
      ).toMatchObject({ name: 'ValidationException' });
    });
  });
};
