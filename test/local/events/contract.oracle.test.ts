import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll } from 'vitest';
import { oracleUrl } from '../contract-cases.ts';
import { eventPatternContract } from './contract.ts';

const client = new EventBridgeClient({
  endpoint: oracleUrl('MINISTACK_URL'),
  region: 'eu-central-1',
  credentials: { accessKeyId: '111111111111', secretAccessKey: 'local' },
});
afterAll(() => client.destroy());

eventPatternContract('event patterns of ministack', async (pattern, event) => {
  const asked = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) };
  return (await client.send(new TestEventPatternCommand(asked))).Result === true;
});
