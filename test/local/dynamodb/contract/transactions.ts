import { randomUUID } from 'node:crypto';
import { TransactGetItemsCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect } from 'vitest';
import { count, item, key, refusal } from './subject.ts';
import type { Subject } from './subject.ts';

export const transactionsContract = (subject: Subject): void => {
  const { test } = subject;
  describe('transactions', () => {
    const transact = (TransactItems: object[], more: object = {}) =>
      subject.client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));

    test('all of its writes happen, or none', async () => {
      await subject.put(item('tx', 'taken'));
      const failed = await refusal(
        transact([
          { Put: { TableName: subject.TableName, Item: item('tx', 'new') } },
          {
            Put: {
              TableName: subject.TableName,
              Item: item('tx', 'taken', count(2)),
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
          {
            Update: {
              TableName: subject.TableName,
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
      expect(await subject.get(key('tx', 'new'))).toBeUndefined();
    });

    test('every failed condition has its reason, and its item when asked', async () => {
      await subject.put(item('tx-many', 'a', count(1)));
      const failing = {
        TableName: subject.TableName,
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

    test('one item cannot be in it twice', async () => {
      const failed = await refusal(
        transact([
          { Put: { TableName: subject.TableName, Item: item('tx-twice') } },
          {
            ConditionCheck: {
              TableName: subject.TableName,
              Key: key('tx-twice'),
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
        ]),
      );
      expect(failed).toMatchObject({
        name: 'ValidationException',
        message: subject.wording(/cannot include multiple operations on one item/),
      });
    });

    test('it takes 100 actions, and not 101', async () => {
      const actions = (n: number) =>
        Array.from({ length: n }, (_, index) => ({
          Put: { TableName: subject.TableName, Item: item('tx-size', String(index)) },
        }));
      await expect(transact(actions(100))).resolves.toBeDefined();
      expect(await refusal(transact(actions(101)))).toMatchObject({ name: 'ValidationException' });
    });

    test('the same token and the same request is one transaction', async () => {
      const ClientRequestToken = randomUUID();
      const add = {
        Update: {
          TableName: subject.TableName,
          Key: key('tx-token'),
          UpdateExpression: 'ADD n :n',
          ExpressionAttributeValues: { ':n': { N: '1' } },
        },
      };
      await transact([add], { ClientRequestToken });
      await transact([add], { ClientRequestToken });
      expect(await subject.get(key('tx-token'))).toEqual(item('tx-token', 'a', count(1)));
      const other = { Update: { ...add.Update, ExpressionAttributeValues: { ':n': { N: '2' } } } };
      expect(await refusal(transact([other], { ClientRequestToken }))).toMatchObject({
        name: 'IdempotentParameterMismatchException',
      });
    });

    test('a transactional read answers each item at its place', async () => {
      await subject.put(item('tx-get', 'a', count(1)));
      const { Responses } = await subject.client.send(
        new TransactGetItemsCommand({
          TransactItems: [
            { Get: { TableName: subject.TableName, Key: key('tx-get', 'absent') } },
            { Get: { TableName: subject.TableName, Key: key('tx-get') } },
          ],
        }),
      );
      expect(Responses).toEqual([{}, { Item: item('tx-get', 'a', count(1)) }]);
    });

    test('an item that is too large, or of a wrong type, cancels it with ValidationError', async () => {
      await subject.put(item('tx-invalid', 'a', { word: { S: 'x' } }));
      const failed = await refusal(
        transact([
          { Put: { TableName: subject.TableName, Item: item('tx-invalid', 'b') } },
          {
            Update: {
              TableName: subject.TableName,
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
};
