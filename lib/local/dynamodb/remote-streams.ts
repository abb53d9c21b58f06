import type { Clock } from '../clock.ts';
import type { Stoppable } from '../contracts.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { EngineClient } from './engine-client.ts';
import { engineError } from './engine-tables.ts';
import type { StreamFile } from './stream-file.ts';

/**
 * Streams of an engine that is elsewhere: its shards are read by the Streams API into a file of the same form as the own
 * engine's, under one sequence per table, with the place in each shard in the same transaction. So readers, positions
 * and trimming are the same for both.
 */
export interface RemoteStreams extends Stoppable {
  /** Reads what is there, and goes on reading. */
  follow(table: string): Promise<void>;
}

const EVERY_MS = 200;

const SHARDS = `CREATE TABLE IF NOT EXISTS _local_shards (
  table_name TEXT NOT NULL, shard_id TEXT NOT NULL, sequence TEXT, finished INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (table_name, shard_id))`;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const json = (value: unknown): string | null => (isObject(value) ? JSON.stringify(value) : null);

export const createRemoteStreams = (options: {
  readonly clock: Clock;
  readonly client: EngineClient;
  readonly file: StreamFile;
  readonly received: (table: string) => void;
  readonly failed: (error: unknown) => void;
}): RemoteStreams => {
  const { client, file } = options;
  const { database } = file;
  database.exec(SHARDS);
  const insert = database.prepare(
    `INSERT INTO _stream_records (table_name, event_name, keys_json, new_image, old_image, sequence_number, shard_id, created_at, user_identity)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const shardRow = database.prepare(
    'SELECT sequence, finished FROM _local_shards WHERE table_name = ? AND shard_id = ?',
  );
  const saveShard = database.prepare('INSERT OR REPLACE INTO _local_shards VALUES (?, ?, ?, ?)');
  const iterators = new Map<string, string>();
  const followed: string[] = [];
  let cancel: (() => void) | undefined;
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();

  const ask = async (target: string, input: JsonObject): Promise<JsonObject> => {
    const answer = await client.send(target, JSON.stringify(input));
    if (answer.status !== 200) throw engineError(answer);
    const parsed = parseJson(answer.body);
    return isObject(parsed) ? parsed : {};
  };
  const streams = (operation: string, input: JsonObject) => ask(`DynamoDBStreams_20120810.${operation}`, input);

  const save = (table: string, shard: string, records: readonly JsonObject[], finished: boolean): void => {
    let sequence = file.latest(table);
    let last = text(shardRow.get(table, shard)?.['sequence']) || null;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const record of records) {
        const change = isObject(record['dynamodb']) ? record['dynamodb'] : {};
        const identity = isObject(record['userIdentity']) ? record['userIdentity'] : undefined;
        sequence += 1;
        last = text(change['SequenceNumber']);
        const createdAt = Number(change['ApproximateCreationDateTime'] ?? 0);
        insert.run(
          table,
          text(record['eventName']),
          json(change['Keys']) ?? '{}',
          json(change['NewImage']),
          json(change['OldImage']),
          String(sequence),
          shard,
          Math.floor(createdAt),
          identity === undefined ? null : JSON.stringify(identity),
        );
      }
      saveShard.run(table, shard, last, finished ? 1 : 0);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };

  const iteratorOf = async (StreamArn: string, table: string, ShardId: string): Promise<string> => {
    const known = iterators.get(ShardId);
    if (known !== undefined) return known;
    const sequence = text(shardRow.get(table, ShardId)?.['sequence']);
    const place =
      sequence === ''
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequence };
    return text((await streams('GetShardIterator', { StreamArn, ShardId, ...place }))['ShardIterator']);
  };

  /** Reads a shard until it has nothing more at the moment. */
  const readShard = async (StreamArn: string, table: string, shard: string): Promise<void> => {
    for (;;) {
      const { Records, NextShardIterator } = await streams('GetRecords', {
        ShardIterator: await iteratorOf(StreamArn, table, shard),
      });
      const records = (isArray(Records) ? Records : []).filter(isObject);
      const finished = typeof NextShardIterator !== 'string';
      if (records.length > 0 || finished) save(table, shard, records, finished);
      if (records.length > 0) options.received(table);
      if (finished) iterators.delete(shard);
      else iterators.set(shard, NextShardIterator);
      if (finished || records.length === 0) return;
    }
  };

  /** A shard's records come after its parent's. */
  const readTable = async (table: string): Promise<void> => {
    const { Table } = await ask('DescribeTable', { TableName: table });
    const StreamArn = text(isObject(Table) ? Table['LatestStreamArn'] : '');
    if (StreamArn === '') throw new Error(`The engine has no stream of ${table}`);
    const { StreamDescription } = await streams('DescribeStream', { StreamArn });
    const shards =
      isObject(StreamDescription) && isArray(StreamDescription['Shards'])
        ? StreamDescription['Shards'].filter(isObject)
        : [];
    const isFinished = (shard: string): boolean => shardRow.get(table, shard)?.['finished'] === 1;
    const known = new Set(shards.map((shard) => text(shard['ShardId'])));
    for (const shard of shards) {
      const id = text(shard['ShardId']);
      const parent = text(shard['ParentShardId']);
      if (isFinished(id) || (known.has(parent) && !isFinished(parent))) continue;
      try {
        await readShard(StreamArn, table, id);
      } catch (error) {
        // Iterators live 15 minutes; the next round takes a new one.
        iterators.delete(id);
        throw error;
      }
    }
  };

  const again = (): void => {
    cancel = options.clock.after(EVERY_MS, () => {
      running = (async () => {
        for (const table of followed) await readTable(table);
      })()
        .catch(options.failed)
        .finally(() => {
          if (!stopped) again();
        });
    });
  };

  return {
    async follow(table) {
      if (followed.includes(table)) return;
      followed.push(table);
      await readTable(table);
      if (cancel === undefined) again();
    },
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
};
