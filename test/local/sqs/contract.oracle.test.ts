import { randomUUID } from 'node:crypto';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { oracleUrl } from '../contract-cases.ts';
import { clientAt } from './cloud.ts';
import { sqsContract } from './contract.ts';

const endpoint = oracleUrl('SQS_ORACLE_URL');
const differences = {
  'a message can be deleted twice': 'ElasticMQ refuses the receipt handle of a deleted message; AWS deletes again',
  'a receipt handle of an earlier receive deletes nothing': 'ElasticMQ refuses an old receipt handle; AWS takes it',
  'a receive of more than ten is refused': 'ElasticMQ refuses by InvalidAttributeValue',
  'a batch of nothing is refused': 'ElasticMQ answers an empty batch with nothing',
  'a message longer than the queue takes is refused': 'ElasticMQ has one limit for all queues',
  'a message is kept for four days unless the queue says otherwise': 'ElasticMQ has no retention period',
};

sqsContract(
  'ElasticMQ',
  async () => {
    const client = clientAt(endpoint);
    return {
      client,
      async queue(properties = {}) {
        const Attributes = Object.fromEntries(
          Object.entries(properties).map(([name, value]) => [
            name,
            typeof value === 'object' ? JSON.stringify(value) : String(value),
          ]),
        );
        const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: `q-${randomUUID()}`, Attributes }));
        if (QueueUrl === undefined) throw new Error('a queue without a URL');
        return QueueUrl;
      },
      stop: async () => client.destroy(),
    };
  },
  differences,
);
