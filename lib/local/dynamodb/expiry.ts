import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';
import type { Stoppable } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { KeyNames } from './catalog.ts';
import type { EngineClient } from './engine-client.ts';
import { engineError } from './engine-tables.ts';
import type { IsExpiring, StreamFile } from './stream-file.ts';

/** A table with a time-to-live attribute. */
export interface ExpiringTable {
  readonly name: string;
  readonly keys: KeyNames;
  readonly attribute: string;
}

export interface ExpirySweep extends Stoppable {
  watch(table: ExpiringTable): void;
  /** One step: looks at the next rows of one table and deletes what has expired. Answers how many it deleted. */
  step(): Promise<number>;
  readonly isExpiring: IsExpiring;
  /** Marks what an earlier process deleted and could not mark any more. */
  recover(): void;
}

/** Rows looked at, and items deleted, in one step. */
const ROWS = 1000;
const DELETIONS = 25;
const EVERY_MS = 5000;
/** AWS deletes nothing that expired more than five years ago: such a value is taken for a mistake. */
const TOO_OLD_SECONDS = 5 * 365 * 86_400;

/** Which deletions are under way: so their stream records are TTL's work even when the process ends in between. */
const JOURNAL =
  'CREATE TABLE IF NOT EXISTS _local_expiring (table_name TEXT, keys TEXT, position INTEGER, PRIMARY KEY (table_name, keys))';

const keyText = (item: JsonObject, keys: KeyNames): string =>
  JSON.stringify([item[keys.hash], keys.range === undefined ? null : item[keys.range]]);

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * DynamoDB's time to live, coarsely: the engine does not delete expired items by itself. As on AWS this is
 * housekeeping that may come much later than the time it waits for, and its stream records say that TTL made them.
 */
export const createExpirySweep = (options: {
  readonly clock: Clock;
  /** The engine that has a table, and its file. */
  readonly engine: (table: string) => Pick<EngineClient, 'send'>;
  readonly file: (table: string) => StreamFile;
  /** Called with a table that something was deleted from. */
  readonly deleted: (table: string) => void;
  readonly failed: (error: unknown) => void;
}): ExpirySweep => {
  const { clock, engine } = options;
  const tables: ExpiringTable[] = [];
  const after = new Map<string, number>();
  const expiring = new Map<string, Set<string>>();
  let turn = 0;
  let cancel: (() => void) | undefined;
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();

  const database = (table: string): DatabaseSync => options.file(table).database;

  /** The next expired items of a table; the place to go on from moves only when all of the rows are dealt with. */
  const candidates = (table: ExpiringTable): readonly JsonObject[] => {
    const from = after.get(table.name) ?? 0;
    const name = quoted(table.name);
    const end = database(table.name)
      .prepare(
        `SELECT MAX(rowid) AS last, COUNT(*) AS rows FROM (SELECT rowid FROM ${name} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS})`,
      )
      .get(from);
    const last = end?.['last'];
    if (typeof last !== 'number') {
      after.set(table.name, 0);
      return [];
    }
    const now = Math.floor(clock.now() / 1000);
    const path = `$.${JSON.stringify(table.attribute)}.N`;
    const found = database(table.name)
      .prepare(
        `SELECT item_json FROM ${name} WHERE rowid > ? AND rowid <= ?
         AND CAST(json_extract(item_json, ?) AS INTEGER) BETWEEN ? AND ? LIMIT ${DELETIONS}`,
      )
      .all(from, last, path, now - TOO_OLD_SECONDS, now - 1);
    if (found.length < DELETIONS) after.set(table.name, end?.['rows'] === ROWS ? last : 0);
    return found.map((row) => parseJson(String(row['item_json']))).filter(isObject);
  };

  const remove = async (table: ExpiringTable, item: JsonObject): Promise<boolean> => {
    const { hash, range } = table.keys;
    const answer = await engine(table.name).send(
      'DeleteItem',
      JSON.stringify({
        TableName: table.name,
        Key: { [hash]: item[hash], ...(range === undefined ? {} : { [range]: item[range] }) },
        ConditionExpression: '#expires = :expires',
        ExpressionAttributeNames: { '#expires': table.attribute },
        ExpressionAttributeValues: { ':expires': item[table.attribute] },
      }),
    );
    if (answer.status === 200) return true;
    const error = engineError(answer);
    if (error.code === 'ConditionalCheckFailedException') return false;
    throw error;
  };

  const settle = (table: ExpiringTable, position: number, deleted: ReadonlySet<string>): void => {
    options.file(table.name).markExpired(table.name, position, (keys) => deleted.has(keyText(keys, table.keys)));
    database(table.name).prepare('DELETE FROM _local_expiring WHERE table_name = ?').run(table.name);
    expiring.delete(table.name);
  };

  const sweep = async (table: ExpiringTable): Promise<number> => {
    const items = candidates(table);
    if (items.length === 0) return 0;
    const position = options.file(table.name).latest(table.name);
    const journal = database(table.name).prepare('INSERT OR REPLACE INTO _local_expiring VALUES (?, ?, ?)');
    for (const item of items) journal.run(table.name, keyText(item, table.keys), position);
    expiring.set(table.name, new Set(items.map((item) => keyText(item, table.keys))));
    const deleted = new Set<string>();
    try {
      for (const item of items) if (await remove(table, item)) deleted.add(keyText(item, table.keys));
    } finally {
      settle(table, position, deleted);
    }
    if (deleted.size > 0) options.deleted(table.name);
    return deleted.size;
  };

  const step = async (): Promise<number> => {
    const table = tables[turn % Math.max(tables.length, 1)];
    turn += 1;
    return table === undefined ? 0 : await sweep(table);
  };

  const again = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      running = step()
        .catch(options.failed)
        .finally(() => {
          if (!stopped) again();
        });
    });
  };

  return {
    step,
    isExpiring: (table, keys) => {
      const set = expiring.get(table);
      const keyNames = set === undefined ? undefined : tables.find((candidate) => candidate.name === table)?.keys;
      return set !== undefined && keyNames !== undefined && set.has(keyText(keys, keyNames));
    },
    watch(table) {
      if (!tables.some((known) => known.name === table.name)) tables.push(table);
      if (cancel === undefined) again();
    },
    recover() {
      for (const table of tables) {
        database(table.name).exec(JOURNAL);
        const left = database(table.name)
          .prepare('SELECT keys, position FROM _local_expiring WHERE table_name = ?')
          .all(table.name);
        if (left.length === 0) continue;
        settle(table, Number(left[0]?.['position'] ?? 0), new Set(left.map((row) => String(row['keys']))));
      }
    },
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
};
