import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe } from 'vitest';
import { batchesContract } from './contract/batches.ts';
import { capacityContract } from './contract/capacity.ts';
import { conditionsContract } from './contract/conditions.ts';
import { itemsContract } from './contract/items.ts';
import { queriesContract } from './contract/queries.ts';
import { transactionsContract } from './contract/transactions.ts';
import { updatesContract } from './contract/updates.ts';
import { createSubject } from './contract/subject.ts';

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
  describe(name, () => {
    let opened: { client: DynamoDBClient; table: string } | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    const subject = createSubject(() => {
      if (opened === undefined) throw new Error('not open yet');
      return opened;
    }, differences);
    conditionsContract(subject);
    updatesContract(subject);
    itemsContract(subject);
    transactionsContract(subject);
    queriesContract(subject);
    batchesContract(subject);
    capacityContract(subject);
  });
};
