import { randomUUID } from 'node:crypto';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { clientAt, smallCloud, tableProperties } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';
import { dynamoDbContract } from './contract.ts';

let cloud: SmallCloud | undefined;
afterAll(async () => await cloud?.stop());

dynamoDbContract('the local DynamoDB', async () => {
  cloud = await smallCloud();
  return { client: cloud.client(), table: await cloud.table('Contract') };
});

/** An independent implementation, where there is one: the URL of DynamoDB Local. */
const oracle = process.env['DYNAMODB_ORACLE_URL'];
const differences = {
  wording: 'DynamoDB Local has wordings of its own for several validation errors',
  'one item cannot be in it twice': 'DynamoDB Local cancels the transaction; AWS refuses the request',
  'an item that is too large, or of a wrong type, cancels it with ValidationError':
    'DynamoDB Local refuses the request; AWS cancels the transaction with a reason',
};
if (oracle !== undefined) {
  dynamoDbContract(
    'the oracle',
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
    differences,
  );
}
