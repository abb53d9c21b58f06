import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { count, item, key, refusal } from './subject.ts';
import type { Item, Subject } from './subject.ts';

export const conditionsContract = (subject: Subject): void => {
  describe('conditions', () => {
    test('a failed condition of a put answers the item that is there, when asked', async () => {
      await subject.put(item('cond-put', 'a', count(1)));
      const failed = await refusal(
        subject.put(item('cond-put', 'a', count(2)), {
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      expect(failed).toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        Item: item('cond-put', 'a', count(1)),
      });
      expect(await subject.get(key('cond-put'))).toEqual(item('cond-put', 'a', count(1)));
    });

    test('a failed condition does not answer the item when not asked', async () => {
      await subject.put(item('cond-plain'));
      const failed = await refusal(
        subject.put(item('cond-plain'), { ConditionExpression: 'attribute_not_exists(pk)' }),
      );
      expect(failed).toEqual({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
    });

    test('a failed condition of an update and of a delete answers the item', async () => {
      await subject.put(item('cond-update', 'a', count(5)));
      const conditioned = {
        TableName: subject.TableName,
        Key: key('cond-update'),
        ConditionExpression: 'n > :n',
        ExpressionAttributeValues: { ':n': { N: '9' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      } as const;
      const failedUpdate = await refusal(
        subject.client.send(new UpdateItemCommand({ ...conditioned, UpdateExpression: 'SET m = :n' })),
      );
      const failedDelete = await refusal(subject.client.send(new DeleteItemCommand(conditioned)));
      expect([failedUpdate['Item'], failedDelete['Item']]).toEqual([
        item('cond-update', 'a', count(5)),
        item('cond-update', 'a', count(5)),
      ]);
    });

    test('a condition on an item that is not there fails without an item', async () => {
      const failed = await refusal(
        subject.client.send(
          new UpdateItemCommand({
            TableName: subject.TableName,
            Key: key('cond-absent'),
            UpdateExpression: 'SET n = :n',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':n': { N: '1' } },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      expect(failed).toEqual({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
      expect(await subject.get(key('cond-absent'))).toBeUndefined();
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
      const thing = item('cond-grammar', 'a', {
        n: { N: '5' },
        word: { S: 'abc' },
        tags: { SS: ['red', 'blue'] },
        things: { L: [{ N: '1' }, { N: '9' }] },
        paper: { M: { inside: { N: '5' } } },
      });
      await subject.put(thing);
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
      const call = subject.put(thing, {
        ConditionExpression,
        ...(Object.keys(used).length === 0 ? {} : { ExpressionAttributeValues: used }),
      });
      if (holds) await expect(call).resolves.toBeDefined();
      else expect(await refusal(call)).toMatchObject({ name: 'ConditionalCheckFailedException' });
    });
  });
};
