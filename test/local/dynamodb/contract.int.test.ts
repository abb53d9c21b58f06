import { afterAll } from 'vitest';
import { smallCloud } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';
import { dynamoDbContract } from './contract.ts';

let cloud: SmallCloud | undefined;
afterAll(async () => await cloud?.stop());

dynamoDbContract('the local DynamoDB', async () => {
  cloud = await smallCloud();
  return { client: cloud.client(), table: await cloud.table('Contract') };
});
