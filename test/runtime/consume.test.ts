import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { describe, expect, it, vi } from 'vitest';
import { consume, on, onAll } from '../../lib/runtime/consume.ts';
import { defineEvent, type EventContract } from '../../lib/runtime/events.ts';

const Sold = defineEvent('shop', 'Sold', 1, z.object({ pieces: z.number().int() }));
const Lost = defineEvent('shop', 'Lost', 1, z.object({}));

const bodyOf = (contract: EventContract, id: string, detail: unknown): string =>
  JSON.stringify({
    source: contract.source,
    'detail-type': contract.detailType,
    detail: {
      id,
      tenant: `tnt_${'0'.repeat(26)}`,
      type: contract.type,
      version: 1,
      time: '2026-01-31T00:00:00.000Z',
      aggregateId: id,
      sequence: 1,
      actor: { type: 'system', id: 'test' },
      correlationId: `trace of ${id}`,
      detail,
    },
  });

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
  eventSourceARN: 'arn:aws:sqs:eu-central-1:111111111111:inbox',
  awsRegion: 'eu-central-1',
});

const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'inbox',
  functionVersion: '1',
  invokedFunctionArn: '',
  memoryLimitInMB: '128',
  awsRequestId: '',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => 1000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

/** The ids of the messages that come again. */
const failedOf = async (handler: ReturnType<typeof consume>, bodies: Readonly<Record<string, string>>) => {
  const lines = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const event: SQSEvent = { Records: Object.entries(bodies).map(([id, body]) => record(id, body)) };
  const { batchItemFailures } = await handler(event, CONTEXT);
  lines.mockRestore();
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
};

describe('a consumer', () => {
  it('reports each record that fails, and what cannot be read or has no reaction, by itself', async () => {
    const sold: number[] = [];
    const handler = consume([
      on(Sold, async ({ detail }) => {
        if (detail.pieces === 13) throw new Error('no luck');
        sold.push(detail.pieces);
      }),
    ]);
    const failed = await failedOf(handler, {
      good: bodyOf(Sold, 'a', { pieces: 1 }),
      unlucky: bodyOf(Sold, 'b', { pieces: 13 }),
      wrong: bodyOf(Sold, 'c', { pieces: 'many' }),
      torn: '{"source":',
      null: 'null',
      foreign: bodyOf(Lost, 'd', {}),
      late: bodyOf(Sold, 'e', { pieces: 2, more: true }),
    });
    expect(failed).toEqual(['foreign', 'null', 'torn', 'unlucky', 'wrong']);
    expect(sold).toEqual([1, 2]);
  });

  it('hands all events of a contract to a reaction that wants them at once; what cannot be read fails by itself', async () => {
    const batches: number[][] = [];
    let lost = 0;
    const handler = consume([
      onAll(Sold, async (events) => void batches.push(events.map(({ detail }) => detail.pieces))),
      on(Lost, async () => void (lost += 1)),
    ]);
    const failed = await failedOf(handler, {
      one: bodyOf(Sold, 'a', { pieces: 1 }),
      other: bodyOf(Lost, 'b', {}),
      wrong: bodyOf(Sold, 'c', { pieces: 0.5 }),
      two: bodyOf(Sold, 'd', { pieces: 2 }),
    });
    expect([failed, batches, lost]).toEqual([['wrong'], [[1, 2]], 1]);
    expect(await failedOf(handler, { wrong: bodyOf(Sold, 'c', { pieces: 0.5 }) })).toEqual(['wrong']);
    expect(batches).toHaveLength(1);
  });

  it('has all of them come again when such a reaction fails', async () => {
    const handler = consume([
      onAll(Sold, async () => {
        throw new Error('no luck');
      }),
    ]);
    const bodies = { one: bodyOf(Sold, 'a', { pieces: 1 }), two: bodyOf(Sold, 'b', { pieces: 2 }) };
    expect(await failedOf(handler, bodies)).toEqual(['one', 'two']);
  });
});
