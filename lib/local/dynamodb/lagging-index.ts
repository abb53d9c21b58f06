import type { Clock } from '../clock.ts';
import type { StreamRecord, Stoppable, Weather } from '../contracts.ts';
import { laggingName } from './catalog.ts';
import type { KeyNames } from './catalog.ts';
import type { EngineClient } from './engine-client.ts';
import { deleteTable, engineError, ensureTable } from './engine-tables.ts';
import type { StreamFile } from './stream-file.ts';
import type { TableDefinition } from './table-properties.ts';

/**
 * Eventually consistent indexes for rough weather. On AWS an index is a copy that is behind its table; so is it here: a
 * second table with the same indexes gets every change of the first in the same order, each up to a second late, and
 * index reads go to it. So an answer is always a state that the table had, whatever filter, order or page is asked for.
 */
export interface LaggingIndexes extends Stoppable {
  /** Makes the copy of a table as it is now, and keeps it behind from then on. Answers the copy's name. */
  follow(table: {
    readonly name: string;
    readonly path: string;
    readonly keys: KeyNames;
    readonly definition: TableDefinition;
  }): Promise<string>;
  /** The last sequence that the copy has taken from a table's stream. */
  position(table: string): number;
  /** Applies what is due. */
  step(): Promise<void>;
}

const LONGEST_LAG_MS = 1000;
const EVERY_MS = 20;
const READ_AHEAD = 500;

interface Followed {
  readonly name: string;
  readonly copy: string;
  readonly keys: KeyNames;
  readonly pending: { readonly record: StreamRecord; readonly due: number }[];
  position: number;
  lastDue: number;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const createLaggingIndexes = (options: {
  readonly clock: Clock;
  readonly weather: Weather;
  /** The engine that has a table, and its file. */
  readonly engine: (table: string) => EngineClient;
  readonly file: (table: string) => StreamFile;
  /** Called with what has been taken from a table's stream. */
  readonly taken: (table: string, position: number) => void;
  readonly failed: (error: unknown) => void;
}): LaggingIndexes => {
  const { clock, engine, weather } = options;
  const followed = new Map<string, Followed>();
  let cancel: (() => void) | undefined;
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();

  /** Copies rows and index rows in one transaction; answers the position in the stream that they stand for. */
  const copyRows = (name: string, copy: string, indexes: readonly string[]): number => {
    const { database } = options.file(name);
    const pairs = [[name, copy], ...indexes.map((index) => [`${name}::gsi::${index}`, `${copy}::gsi::${index}`])];
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const [from = '', to = ''] of pairs)
        database.exec(`INSERT INTO ${quoted(to)} SELECT * FROM ${quoted(from)}`);
      const position = options.file(name).latest(name);
      database.exec('COMMIT');
      return position;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };

  const apply = async (table: Followed, record: StreamRecord): Promise<void> => {
    const client = engine(table.name);
    const answer =
      record.newImage === undefined
        ? await client.send('DeleteItem', JSON.stringify({ TableName: table.copy, Key: record.keys }))
        : await client.send('PutItem', JSON.stringify({ TableName: table.copy, Item: record.newImage }));
    if (answer.status !== 200) throw engineError(answer);
  };

  const takeIn = (table: Followed, now: number): void => {
    for (;;) {
      const records = options.file(table.name).read(table.name, table.position, READ_AHEAD);
      for (const record of records) {
        table.lastDue = Math.max(table.lastDue, now + weather.delay(LONGEST_LAG_MS));
        table.pending.push({ record, due: table.lastDue });
        table.position = record.sequence;
      }
      if (records.length > 0) options.taken(table.name, table.position);
      if (records.length < READ_AHEAD) return;
    }
  };

  const step = async (): Promise<void> => {
    for (const table of followed.values()) {
      const now = clock.now();
      takeIn(table, now);
      for (let next = table.pending[0]; next !== undefined && next.due <= now; next = table.pending[0]) {
        await apply(table, next.record);
        table.pending.shift();
      }
    }
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
    position: (table) => followed.get(table)?.position ?? 0,
    async follow({ name, path, keys, definition }) {
      const copy = laggingName(name);
      await deleteTable(engine(name), copy);
      await ensureTable(engine(name), { name: copy, path, definition, streamed: false });
      const indexes = (definition.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName);
      const position = copyRows(name, copy, indexes);
      followed.set(name, { name, copy, keys, pending: [], position, lastDue: 0 });
      if (cancel === undefined) again();
      return copy;
    },
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
};
