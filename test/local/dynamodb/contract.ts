import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe } from 'vitest';
import { contractCases, listedDifference, type Differences } from '../contract-cases.ts';
import { batchesContract } from './contract/batches.ts';
import { capacityContract } from './contract/capacity.ts';
import { conditionsContract } from './contract/conditions.ts';
import { itemsContract } from './contract/items.ts';
import { queriesContract } from './contract/queries.ts';
import { transactionsContract } from './contract/transactions.ts';
import { updatesContract } from './contract/updates.ts';
import { createSubject, type Wordings } from './contract/subject.ts';

/**
 * What the product relies on of DynamoDB. It runs on the local cloud and, where there is one, on an independent
 * implementation; `open` gives a client and the name of a table with the keys pk and sk and the index gsi1;
 * `differences` lists where that implementation is known to be another, `ownWordings` why it words refusals its own way.
 */
export const dynamoDbContract = (
  name: string,
  open: () => Promise<{ client: DynamoDBClient; table: string }>,
  { differences = {}, ownWordings }: { readonly differences?: Differences; readonly ownWordings?: string } = {},
): void => {
  describe(name, () => {
    let opened: { client: DynamoDBClient; table: string } | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    const wordings: Wordings = { own: ownWordings !== undefined, others: [] };
    contractCases(differences, (test) => {
      const subject = createSubject(
        () => {
          if (opened === undefined) throw new Error('not open yet');
          return opened;
        },
        test,
        wordings,
      );
      conditionsContract(subject);
      updatesContract(subject);
      itemsContract(subject);
      transactionsContract(subject);
      queriesContract(subject);
      batchesContract(subject);
      capacityContract(subject);
    });
    if (ownWordings !== undefined) {
      listedDifference('the words of a refusal', ownWordings, () => wordings.others.length > 0);
    }
  });
};
