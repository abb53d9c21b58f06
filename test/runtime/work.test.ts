import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { worker } from '../../lib/runtime/work.ts';

const Task = z.object({ piece: z.int() });

const record = (messageId: string, body: string): SQSRecord => ({
  messageId,
  body,
  receiptHandle: messageId,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:111111111111:tasks',
  awsRegion: 'eu-central-1',
});

const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'work',
  functionVersion: '1',
  invokedFunctionArn: '',
  memoryLimitInMB: '128',
  awsRequestId: '',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => 1234,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});

describe('the worker of a queue', () => {
  it('does each task by itself; one that fails or cannot be read comes again', async () => {
    const lines = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const done: number[] = [];
    const handler = worker('cut', Task, async ({ piece }, { remainingMs }) => {
      if (piece === 13) throw new Error('no luck');
      done.push(piece + remainingMs());
      return { piece };
    });
    const bodies = { good: '{"piece":1}', bad: '{"piece":13}', odd: '{"peace":1}', none: 'piece', also: '{"piece":2}' };
    const event: SQSEvent = { Records: Object.entries(bodies).map(([id, body]) => record(id, body)) };
    const { batchItemFailures } = await handler(event, CONTEXT);
    lines.mockRestore();
    expect(done).toEqual([1235, 1236]);
    expect(batchItemFailures).toEqual([
      { itemIdentifier: 'bad' },
      { itemIdentifier: 'odd' },
      { itemIdentifier: 'none' },
    ]);
  });
});
