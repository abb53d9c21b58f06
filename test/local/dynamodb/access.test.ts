import { expect, test } from 'vitest';
import { createAccessReader } from '../../../lib/local/dynamodb/access.ts';
import { attributesOf } from '../../../lib/local/dynamodb/leading-keys.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const arn = 'arn:aws:dynamodb:eu-central-1:111111111111:table/t';
const table = {
  name: 't',
  arn,
  keys: { hash: 'pk', range: 'sk' },
  indexes: { gsi1: { hash: 'gsi1pk', range: 'gsi1sk' } },
  slot: 0,
  shard: 0,
};
const reader = createAccessReader(account, (name) => (name === 't' ? table : undefined));

/** Action, resource and leading keys of each access. */
const accesses = (operation: string, input: Record<string, unknown>) =>
  reader
    .of(operation, input)
    .map(({ action, resource, context }) => [action, resource, context?.['dynamodb:leadingkeys']]);

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });

test.each([
  ['GetItem', { TableName: 't', Key: key('a') }, [['dynamodb:GetItem', arn, ['a']]]],
  ['PutItem', { TableName: arn, Item: { ...key('a'), n: { N: '1' } } }, [['dynamodb:PutItem', arn, ['a']]]],
  [
    'Query',
    {
      TableName: 't',
      KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)',
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': { S: 'b' } },
    },
    [['dynamodb:Query', arn, ['a']]],
  ],
  [
    'Query',
    {
      TableName: 't',
      KeyConditionExpression: '#s = :s and #p=:p',
      ExpressionAttributeNames: { '#p': 'pk', '#s': 'sk' },
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': { S: 'b' } },
    },
    [['dynamodb:Query', arn, ['a']]],
  ],
  [
    'Query',
    {
      TableName: 't',
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'g' } },
    },
    [['dynamodb:Query', `${arn}/index/gsi1`, ['g']]],
  ],
  [
    'Query',
    { TableName: 't', KeyConditions: { pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'a' }] } } },
    [['dynamodb:Query', arn, ['a']]],
  ],
  ['Scan', { TableName: 't', IndexName: 'gsi1' }, [['dynamodb:Scan', `${arn}/index/gsi1`, []]]],
  [
    'BatchGetItem',
    { RequestItems: { t: { Keys: [key('a'), key('b')] } } },
    [['dynamodb:BatchGetItem', arn, ['a', 'b']]],
  ],
  [
    'BatchWriteItem',
    { RequestItems: { t: [{ PutRequest: { Item: key('a') } }, { DeleteRequest: { Key: key('b') } }] } },
    [['dynamodb:BatchWriteItem', arn, ['a', 'b']]],
  ],
  [
    'TransactWriteItems',
    {
      TransactItems: [
        { Put: { TableName: 't', Item: key('a') } },
        { Update: { TableName: 't', Key: key('b') } },
        { Delete: { TableName: 't', Key: key('c') } },
        { ConditionCheck: { TableName: 't', Key: key('d') } },
      ],
    },
    [
      ['dynamodb:PutItem', arn, ['a']],
      ['dynamodb:UpdateItem', arn, ['b']],
      ['dynamodb:DeleteItem', arn, ['c']],
      ['dynamodb:ConditionCheckItem', arn, ['d']],
    ],
  ],
  [
    'TransactGetItems',
    { TransactItems: [{ Get: { TableName: 't', Key: key('a') } }] },
    [['dynamodb:GetItem', arn, ['a']]],
  ],
  ['ListTables', {}, [['dynamodb:ListTables', '*', undefined]]],
])('%s of %j needs its permissions', (operation, input, expected) => {
  expect(accesses(operation, input)).toEqual(expected);
});

test('attributes are the top-level ones that an item or an expression names', () => {
  const attributes = attributesOf({
    Key: key('a'),
    UpdateExpression: 'SET #n.inner[2] = if_not_exists(price, :zero) REMOVE old ADD points :one',
    ConditionExpression: 'attribute_exists(pk) AND NOT size(tags) BETWEEN :a AND :b OR #s IN (:c)',
    ExpressionAttributeNames: { '#n': 'note', '#s': 'status' },
  });
  expect([...attributes].sort()).toEqual(['note', 'old', 'pk', 'points', 'price', 'sk', 'status', 'tags']);
});
