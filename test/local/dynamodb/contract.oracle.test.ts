import { randomUUID } from 'node:crypto';
import { CreateTableCommand, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { oracleUrl } from '../contract-cases.ts';
import { clientAt, smallCloud, tableProperties } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';
import { dynamoDbContract } from './contract.ts';

const oracle = oracleUrl('DYNAMODB_ORACLE_URL');
const known = {
  ownWordings: 'DynamoDB Local has wordings of its own for several validation errors',
  differences: {
    'one item cannot be in it twice': 'DynamoDB Local cancels the transaction; AWS refuses the request',
    'an item that is too large, or of a wrong type, cancels it with ValidationError':
      'DynamoDB Local refuses the request; AWS cancels the transaction with a reason',
  },
};

dynamoDbContract(
  'DynamoDB Local',
  async () => {
    const client = clientAt(oracle);
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = tableProperties;
    const table = `contract-${randomUUID()}`;
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode,
        AttributeDefinitions: [...AttributeDefinitions],
        KeySchema: [...KeySchema],
        GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
          ...index,
          KeySchema: [...index.KeySchema],
        })),
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: table });
    return { client, table };
  },
  known,
);

let fronted: SmallCloud | undefined;
afterAll(async () => await fronted?.stop());

dynamoDbContract(
  'our front on DynamoDB Local',
  async () => {
    fronted = await smallCloud({ engineEndpoint: oracle });
    return { client: fronted.client(), table: await fronted.table(`Fronted-${randomUUID()}`) };
  },
  known,
);

test('a stream of another engine is read in order, and goes on after a restart', async () => {
  const name = `Streamed-${randomUUID()}`;
  const first = await smallCloud({ engineEndpoint: oracle });
  const TableName = await first.table(name);
  const write = (cloud: SmallCloud, sk: string) =>
    cloud.client().send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, sk: { S: sk } } }));
  const seen = (cloud: SmallCloud) => cloud.dynamodb.read(TableName, 0, 10).map((record) => record.keys['sk']);
  for (const sk of ['1', '2']) await write(first, sk);
  await expect.poll(() => seen(first)).toEqual([{ S: '1' }, { S: '2' }]);
  await write(first, '3');
  await first.stop('keep');
  const again = await smallCloud({ engineEndpoint: oracle, stateDir: first.stateDir });
  await again.table(name);
  await write(again, '4');
  await expect.poll(() => seen(again)).toEqual([{ S: '1' }, { S: '2' }, { S: '3' }, { S: '4' }]);
  await again.stop();
});
