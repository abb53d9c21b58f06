import type { Clock } from '../clock.ts';
import type {
  Account,
  Iam,
  InvokeResult,
  Log,
  Meter,
  Principal,
  Provisioner,
  State,
  Stoppable,
  StreamRecord,
  Streams,
  Weather,
} from '../contracts.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { MappingDescription } from '../lambda/lambda-service.ts';
import type { LocalQueues } from '../sqs/queues.ts';
import { eventSourceMapping, type QueueMapping, type StreamMapping } from './mapping-properties.ts';
import { createQueuePoller, type QueuePoller } from './queue-poller.ts';
import { queueFilter, streamFilter } from './record-filter.ts';
import { createStreamReader, type StreamReader } from './stream-reader.ts';

export interface EventSources extends Stoppable {
  readonly provisioners: readonly Provisioner[];
  list(): readonly MappingDescription[];
  /** Begins to read; called once, when everything is provisioned. */
  start(): void;
}

/** What the role of a function needs for Lambda to read its source, as the developer guide lists it. */
const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'] as const;
const QUEUE_ACTIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'] as const;

const keyText = (keys: StreamRecord['keys'], partitionKey: string | undefined): string =>
  JSON.stringify(partitionKey === undefined ? keys : keys[partitionKey]);

/** Event source mappings: what feeds functions from tables' streams and from queues. */
export const createEventSources = (options: {
  readonly account: Account;
  readonly iam: Pick<Iam, 'authorize' | 'assume'>;
  readonly lambda: {
    functionOf(nameOrArn: string): LambdaFunction;
    run(nameOrArn: string, payload: string): Promise<InvokeResult>;
  };
  readonly queues: LocalQueues;
  readonly streams: Streams;
  /** The name of a table's partition key; without it, order is kept per item. */
  readonly partitionKeyOf: (tableName: string) => string | undefined;
  readonly state: State;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
}): EventSources => {
  const { account, iam, lambda, queues, streams, state, clock, weather, meter, log } = options;
  state.database.exec(
    'CREATE TABLE IF NOT EXISTS stream_positions (mapping TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID',
  );
  const load = state.database.prepare('SELECT position FROM stream_positions WHERE mapping = ?');
  const save = state.database.prepare(
    'INSERT INTO stream_positions VALUES (?, ?) ON CONFLICT (mapping) DO UPDATE SET position = excluded.position',
  );
  const readers: StreamReader[] = [];
  const pollers: QueuePoller[] = [];
  const described: MappingDescription[] = [];
  /** Per table, how far each of its readers is on disk. */
  const finished = new Map<string, Map<string, number>>();

  const trim = (tableName: string): void => {
    const positions = [...(finished.get(tableName)?.values() ?? [])];
    const least = Math.min(...positions);
    if (least > 0 && Number.isFinite(least)) streams.trim(tableName, least);
  };

  const requireAccess = (principal: Principal, actions: readonly string[], resource: string): void => {
    for (const action of actions) iam.authorize({ principal, action, resource });
  };

  const partitionOf = (tableName: string): ((record: StreamRecord) => string) => {
    let partitionKey: string | undefined;
    let known = false;
    return (record) => {
      if (!known) partitionKey = options.partitionKeyOf(tableName);
      known = true;
      return keyText(record.keys, partitionKey);
    };
  };

  const addStream = (mapping: StreamMapping, fn: LambdaFunction, principal: Principal): void => {
    requireAccess(
      principal,
      STREAM_ACTIONS.map((name) => `dynamodb:${name}`),
      mapping.sourceArn,
    );
    // Asked for at the start: the day of the first dead letter is too late to learn that it cannot be sent.
    if (mapping.onFailureArn !== undefined) requireAccess(principal, ['sqs:SendMessage'], mapping.onFailureArn);
    const positions = finished.get(mapping.tableName) ?? new Map<string, number>();
    finished.set(mapping.tableName, positions);
    const row = load.get(mapping.id);
    // Beyond the newest record: it is the position in an earlier life of the table, whose file is gone.
    const kept = row === undefined ? undefined : Number(row['position']);
    const saved = kept !== undefined && kept > streams.latest(mapping.tableName) ? 0 : kept;
    positions.set(mapping.id, saved ?? 0);
    const reader = createStreamReader({
      mapping,
      fn,
      account,
      streams,
      clock,
      weather,
      meter,
      log,
      partitionOf: partitionOf(mapping.tableName),
      passes: streamFilter(mapping.patterns),
      run: (payload) => lambda.run(mapping.functionName, payload),
      queues: {
        async send(queueArn, messages) {
          iam.authorize({ principal, action: 'sqs:SendMessage', resource: queueArn });
          await queues.send(queueArn, messages);
        },
      },
      position: {
        load: () => saved,
        save(position) {
          state
            .commit(() => save.run(mapping.id, position))
            .then(() => {
              positions.set(mapping.id, position);
              trim(mapping.tableName);
            })
            .catch((error: unknown) => log.write({ source: 'stream', level: 'error', message: String(error) }));
        },
      },
    });
    if (mapping.enabled) readers.push(reader);
  };

  const addQueue = (mapping: QueueMapping, fn: LambdaFunction, principal: Principal): void => {
    requireAccess(
      principal,
      QUEUE_ACTIONS.map((name) => `sqs:${name}`),
      mapping.sourceArn,
    );
    const poller = createQueuePoller({
      mapping,
      fn,
      queue: queues.queue(mapping.sourceArn),
      account,
      clock,
      weather,
      meter,
      log,
      passes: queueFilter(mapping.patterns),
      run: (payload) => lambda.run(mapping.functionName, payload),
    });
    if (mapping.enabled) pollers.push(poller);
  };

  return {
    provisioners: [
      {
        types: ['AWS::Lambda::EventSourceMapping'],
        async provision(resource) {
          const mapping = eventSourceMapping(resource);
          const fn = lambda.functionOf(mapping.functionName);
          const principal = iam.assume(fn.roleArn, 'lambda.amazonaws.com');
          const { id, sourceArn, batchSize, enabled } = mapping;
          described.push({ id, functionArn: fn.arn, sourceArn, batchSize, enabled });
          if (mapping.kind === 'stream') addStream(mapping, fn, principal);
          else addQueue(mapping, fn, principal);
          return { ref: mapping.id, attributes: { Id: mapping.id } };
        },
      },
    ],
    list: () => described,
    start() {
      for (const reader of readers) reader.start();
      for (const poller of pollers) poller.start();
    },
    async stop() {
      for (const reader of readers) reader.stop();
      await Promise.all(pollers.map((poller) => poller.stop()));
    },
  };
};
