import * as z from 'zod';
import { type AwsClientOptions, awsClientOver, functionOptions, withRetries } from './aws-client.ts';

/** A message as it is sent: `delaySeconds` (0 to 900) until it can be received. */
export interface OutgoingMessage {
  readonly body: string;
  readonly delaySeconds?: number;
}

/** Sends messages to a queue by its URL. */
export interface Queues {
  /** Any number, ten a request; all are sent or it throws, and then some may have been. @throws AwsServiceError */
  send(queueUrl: string, messages: readonly OutgoingMessage[]): Promise<void>;
}

const SendAnswer = z.object({
  Failed: z.array(z.object({ Id: z.string(), Code: z.string(), Message: z.string().optional() })).default([]),
});

const BATCH = 10;
const TIMEOUT_MS = 5000;
/** A second try may send a message again, and whoever reads a queue expects that. */
const ATTEMPTS = 3;

export const queuesOver = (options: Omit<AwsClientOptions, 'service'>): Queues => {
  const client = awsClientOver({ ...options, service: 'sqs' });
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessageBatch' };

  const sendBatch = async (queueUrl: string, messages: readonly OutgoingMessage[]): Promise<void> => {
    const body = JSON.stringify({
      QueueUrl: queueUrl,
      Entries: messages.map(({ body: text, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: text,
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
      })),
    });
    const request = { headers, body, timeoutMs: TIMEOUT_MS, what: 'SQS SendMessageBatch' };
    await withRetries(ATTEMPTS, async () => {
      const { text } = await client.send(request);
      const [failed] = SendAnswer.parse(JSON.parse(text)).Failed;
      if (failed !== undefined) throw new Error(`SQS did not take a message: ${failed.Code} ${failed.Message ?? ''}`);
    });
  };

  return {
    send: async (queueUrl, messages) => {
      for (let start = 0; start < messages.length; start += BATCH)
        await sendBatch(queueUrl, messages.slice(start, start + BATCH));
    },
  };
};

export const queuesClient = (): Queues => queuesOver(functionOptions('sqs'));
