import { join } from 'node:path';
import { createEventSources } from '../../../lib/local/event-sources/event-sources.ts';
import type { InvokeResult, StreamRecord, Weather } from '../../../lib/local/contracts.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createQueues } from '../../../lib/local/sqs/queues.ts';
import { createState } from '../../../lib/local/state.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import { account, createFakeIam, createKeptLog, resource, role } from '../fake-ports.ts';
import { temporaryDirectory } from '../fixtures/assembly.ts';
import { createVirtualClock, settle } from '../virtual-clock.ts';

export const queueArn = (name: string): string => `arn:aws:sqs:eu-central-1:111111111111:${name}`;
export const streamArn = 'arn:aws:dynamodb:eu-central-1:111111111111:table/orders/stream/2020-01-01T00:00:00.000';

/** What a function does with a batch: answers it, or throws. */
export type Consumer = (records: readonly Readonly<Record<string, unknown>>[]) => unknown;

/** A table's stream in memory: `write` appends a record for an item of a partition. */
const createTableStream = (now: () => number) => {
  const records: StreamRecord[] = [];
  const listeners = new Set<() => void>();
  const trimmed: number[] = [];
  return {
    trimmed,
    write(partition: string, value: string) {
      records.push({
        sequence: records.length + 1,
        eventID: `event-${records.length + 1}`,
        eventName: 'MODIFY',
        createdAt: now(),
        keys: { pk: { S: partition }, sk: { S: value } },
        newImage: { value: { S: value } },
      });
      for (const listener of listeners) listener();
    },
    streams: {
      read: (_table: string, position: number, limit: number) =>
        records.filter(({ sequence }) => sequence > position).slice(0, limit),
      onWrite(_table: string, listener: () => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      trim: (_table: string, position: number) => void trimmed.push(position),
      latest: () => records.length,
    },
  };
};

export type TableStream = ReturnType<typeof createTableStream>;

/** Event sources for one function, on a state directory that outlives it. */
export const createWorld = async (
  properties: Readonly<Record<string, unknown>>,
  consumer: Consumer,
  options: {
    readonly directory?: ReturnType<typeof temporaryDirectory>;
    readonly table?: TableStream;
    readonly weather?: Weather;
    readonly denies?: Parameters<typeof createFakeIam>[0];
    readonly now?: string;
  } = {},
) => {
  const directory = options.directory ?? temporaryDirectory();
  const clock = createVirtualClock(options.now);
  const table = options.table ?? createTableStream(() => clock.now());
  const state = createState({ file: join(directory.path, 'state.db'), synchronous: 'NORMAL' });
  const weather = options.weather ?? createWeather({ rough: false, seed: 1 });
  const { iam } = createFakeIam(options.denies);
  const { log, entries } = createKeptLog();
  const meter = createMeter();
  const queues = createQueues({
    account,
    iam,
    state,
    clock,
    weather,
    meter,
    log,
    awsEndpoint: () => 'http://127.0.0.1:1',
  });
  const payloads: string[] = [];
  const run = async (_name: string, payload: string): Promise<InvokeResult> => {
    payloads.push(payload);
    const event: { Records: Record<string, unknown>[] } = JSON.parse(payload);
    try {
      return { payload: JSON.stringify((await consumer(event.Records)) ?? null) };
    } catch (error) {
      return { payload: JSON.stringify({ errorMessage: String(error) }), functionError: 'Unhandled' };
    }
  };
  const sources = createEventSources({
    account,
    iam,
    queues,
    state,
    clock,
    weather,
    meter,
    log,
    streams: table.streams,
    partitionKeyOf: () => 'pk',
    lambda: {
      run,
      functionOf: (name) => ({
        name,
        arn: `arn:aws:lambda:eu-central-1:111111111111:function:${name}`,
        domain: undefined,
        roleArn: role(name),
        file: '',
        handler: 'handler',
        memoryMb: 128,
        timeoutMs: 3_000,
        variables: {},
        reservedConcurrency: undefined,
        deadLetterArn: undefined,
        runtime: 'nodejs24.x',
        logGroup: 'logs',
        codeKey: '',
      }),
    },
  });
  const provisioners = [...queues.provisioners, ...sources.provisioners];
  const provision = (type: string, id: string, of: Readonly<Record<string, unknown>>) =>
    provisioners.find(({ types }) => types.includes(type))?.provision(resource(type, id, { ...of }));
  await provision('AWS::SQS::Queue', 'Dead', { QueueName: 'dead' });
  const RedrivePolicy = { deadLetterTargetArn: queueArn('dead'), maxReceiveCount: 3 };
  await provision('AWS::SQS::Queue', 'Jobs', { QueueName: 'jobs', VisibilityTimeout: 60, RedrivePolicy });
  await provision('AWS::Lambda::EventSourceMapping', 'Source', { FunctionName: 'consumer:live', ...properties });
  sources.start();
  return {
    clock,
    table,
    queues,
    payloads,
    entries,
    meter,
    directory,
    settle,
    send: (...bodies: string[]) =>
      queues.send(
        queueArn('jobs'),
        bodies.map((body) => ({ body })),
      ),
    /** As when the process is killed: nothing under way is waited for, only the file is free again. */
    crash: () => state.close(),
    async stop() {
      await sources.stop();
      await queues.stop();
      await state.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;
