import type {
  Account,
  AwsService,
  Iam,
  Log,
  Meter,
  Principal,
  ProvisionedResource,
  Provisioner,
  Stoppable,
  Streams,
  TemplateResource,
  Weather,
} from '../contracts.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { parseJson } from '../json.ts';
import { physicalName } from '../physical-name.ts';
import { shardOf, STREAM_LABEL, tableArn } from './catalog.ts';
import type { KeyNames, TableInfo } from './catalog.ts';
import { allocateCounters, countersIn, createFold, TABLE_SLOTS, watchWrites, writesIn } from './counters.ts';
import type { CounterMemory } from './counters.ts';
import type { EngineAnswer, EngineClient } from './engine-client.ts';
import type { Engine } from './engine.ts';
import { startEngines } from './engines.ts';
import type { Engines } from './engines.ts';
import { engineError, ensureTable, expireByEngine } from './engine-tables.ts';
import { createExpirySweep } from './expiry.ts';
import type { ExpiringTable } from './expiry.ts';
import { createFront } from './front.ts';
import { createLaggingIndexes } from './lagging-index.ts';
import { createShardedEngine } from './sharded-engine.ts';
import type { ShardedEngine } from './sharded-engine.ts';
import type { StreamFile } from './stream-file.ts';
import { TABLE_TYPES, tableDefinition } from './table-properties.ts';
import { createTrimming } from './trimming.ts';

/** What a worker needs to serve its function's DynamoDB calls by itself. All of it survives a structured clone. */
export interface WorkerDynamoDb {
  readonly engines: readonly { readonly host: string; readonly port: number }[];
  readonly account: Account;
  readonly tables: readonly TableInfo[];
  readonly counters: CounterMemory;
  readonly weather: { readonly rough: boolean };
}

export interface LocalDynamoDb extends Streams, Stoppable {
  readonly provisioners: readonly Provisioner[];
  readonly service: AwsService & {
    /** JSON text in and out, without the detour over objects. */
    callRaw(operation: string, body: string, principal: Principal): Promise<EngineAnswer>;
  };
  /** Starts the engine; provisioning and calls need it. */
  start(): Promise<void>;
  /** Moves the counts of all threads into the meter; called before the meter is read. */
  settleMeter(): void;
  forWorker(): WorkerDynamoDb;
  /** Process ids of the own engines. */
  enginePids(): readonly number[];
  /** One step of the expiry sweep, for tests that do not wait. */
  sweepExpired(): Promise<number>;
}

const keyNames = (schema: readonly { readonly AttributeName: string; readonly KeyType: string }[]): KeyNames => ({
  hash: schema.find((key) => key.KeyType === 'HASH')?.AttributeName ?? '',
  range: schema.find((key) => key.KeyType === 'RANGE')?.AttributeName,
});

const FOLD_EVERY_MS = 250;

/**
 * DynamoDB of the local cloud: engines on files of the state directory, behind a front that checks
 * permissions, counts, and in rough weather behaves as DynamoDB does on its worse days.
 */
export const createDynamoDb = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly stateDir: string;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock?: Clock;
  /** URL of an engine that is running already, instead of the own one. */
  readonly engineEndpoint?: string | undefined;
}): LocalDynamoDb => {
  const { account, iam, weather, log } = options;
  const clock = options.clock ?? systemClock;
  const memory = allocateCounters();
  const counters = countersIn(memory);
  const tables = new Map<string, TableInfo>();
  const lookup = (name: string): TableInfo | undefined => tables.get(name);
  const fold = createFold(memory, options.meter, () => tables.values());
  const listeners = new Map<string, Set<() => void>>();
  let running: Engines | undefined;
  let stopWatching: (() => void) | undefined;
  let folding: NodeJS.Timeout | undefined;

  const failed = (error: unknown): void =>
    log.write({
      source: 'cloud',
      level: 'warn',
      message: `DynamoDB: ${error instanceof Error ? error.message : String(error)}`,
    });
  const ended = (why: string): void => log.write({ source: 'cloud', level: 'error', message: why });
  const started = (): Engines => {
    if (running === undefined) throw new Error('The DynamoDB engine is not started');
    return running;
  };
  const engineOf = (table: string): Engine => {
    const engine = started().all[shardOf(lookup, table)];
    if (engine === undefined) throw new Error(`No engine has the table ${table}`);
    return engine;
  };
  const isRemote = options.engineEndpoint !== undefined;
  const openFile = (table: string): StreamFile => engineOf(table).file;
  const parts = {
    clock,
    engine: (table: string): EngineClient => engineOf(table).client,
    file: openFile,
    failed,
    weather,
  };
  const wrote = (name: string): void => {
    const table = tables.get(name);
    if (table !== undefined) counters.wrote(table.slot);
  };
  const sweep = createExpirySweep({ ...parts, deleted: wrote });
  const trimming = createTrimming({ ...parts, writes: writesIn(memory) });
  /** Tables whose stream is there for their lagging copy alone, so nobody else trims it. */
  const hiddenStreams = new Set<string>();
  const lagging = createLaggingIndexes({
    ...parts,
    taken: (name, position) => {
      if (hiddenStreams.has(name)) trimming.want(name, position);
    },
  });
  let sharded: ShardedEngine | undefined;
  const front = createFront({
    account,
    engine: {
      send(operation, body, input) {
        const clients = started().all.map(({ client }) => client);
        return (sharded ??= createShardedEngine(clients, (name) => shardOf(lookup, name))).send(operation, body, input);
      },
    },
    weather,
    counters,
    tables: lookup,
    tableNames: () => [...tables.keys()].sort(),
  });

  const expire = async (table: ExpiringTable): Promise<void> => {
    if (isRemote) return await expireByEngine(engineOf(table.name).client, table.name, table.attribute);
    sweep.watch(table);
    sweep.recover();
  };

  const provision = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const definition = tableDefinition(resource);
    const name = definition.TableName ?? physicalName(resource, 255);
    const arn = tableArn(account, name);
    const keys = keyNames(definition.KeySchema);
    const indexes = definition.GlobalSecondaryIndexes ?? [];
    // The copy is made inside the own engine's file.
    const lags = weather.rough && indexes.length > 0 && !isRemote;
    const streamed = definition.StreamSpecification !== undefined;
    const slot = tables.get(name)?.slot ?? tables.size;
    if (slot >= TABLE_SLOTS) throw new Error(`${resource.path}: there are more than ${TABLE_SLOTS} tables`);
    const info: TableInfo = {
      name,
      arn,
      keys,
      indexes: Object.fromEntries(indexes.map((index) => [index.IndexName, keyNames(index.KeySchema)])),
      slot,
      shard: started().place(name, resource.stack),
    };
    tables.set(name, info);
    const engine = engineOf(name);
    await ensureTable(engine.client, { name, path: resource.path, definition, streamed: streamed || lags });
    const laggingTable = lags ? await lagging.follow({ name, path: resource.path, keys, definition }) : undefined;
    if (lags && !streamed) hiddenStreams.add(name);
    if (lags) trimming.holdBack(name, () => lagging.position(name));
    tables.set(name, { ...info, laggingTable });
    if (streamed) await engine.follow(name);
    const ttl = definition.TimeToLiveSpecification;
    if (ttl?.Enabled === true && ttl.AttributeName !== undefined)
      await expire({ name, keys, attribute: ttl.AttributeName });
    return { ref: name, attributes: { Arn: arn, ...(streamed ? { StreamArn: `${arn}/stream/${STREAM_LABEL}` } : {}) } };
  };

  const callRaw = async (operation: string, body: string, principal: Principal): Promise<EngineAnswer> =>
    await front.call(operation, body, (access) => iam.authorize({ ...access, principal }));

  return {
    provisioners: [{ types: TABLE_TYPES, provision }],
    service: {
      signingName: 'dynamodb',
      callRaw,
      async call(operation, input, principal) {
        const answer = await callRaw(operation, JSON.stringify(input), principal);
        if (answer.status !== 200) throw engineError(answer);
        return parseJson(answer.body);
      },
    },
    async start() {
      const { stateDir, engineEndpoint } = options;
      const how = { stateDir, clock, isExpiring: sweep.isExpiring, received: wrote, failed, ended };
      running = await startEngines(how, engineEndpoint);
      folding = setInterval(fold, FOLD_EVERY_MS);
      folding.unref();
      stopWatching = watchWrites(memory, (slots) => {
        for (const { slot, name } of tables.values()) {
          if (slots.includes(slot)) for (const listener of listeners.get(name) ?? []) listener();
        }
      });
    },
    settleMeter: fold,
    forWorker: () => ({
      engines: started().all.map(({ host, port }) => ({ host, port })),
      account,
      tables: [...tables.values()],
      counters: memory,
      weather: { rough: weather.rough },
    }),
    enginePids: () => (running?.all ?? []).flatMap(({ pid }) => pid ?? []),
    sweepExpired: () => sweep.step(),
    read: (table, position, limit) => openFile(table).read(table, position, limit),
    latest: (table) => openFile(table).latest(table),
    trim: (table, position) => trimming.want(table, position),
    onWrite(table, listener) {
      const set = listeners.get(table) ?? new Set();
      listeners.set(table, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    async stop() {
      stopWatching?.();
      clearInterval(folding);
      await Promise.all([sweep.stop(), trimming.stop(), lagging.stop()]);
      fold();
      await running?.stop();
    },
  };
};
