import { DatabaseSync } from 'node:sqlite';
import type { StreamRecord } from '../contracts.ts';
import { isObject, parseJson, sameJson } from '../json.ts';
import type { JsonObject } from '../json.ts';

/**
 * The engine's stream records, read straight from its SQLite file (it is in WAL mode, so readers and the engine do not
 * block each other). Through the engine's own API a batch costs ten times as much.
 */
export interface StreamFile {
  /** Records after `position`, oldest first; writes that changed nothing are left out, as AWS does. */
  read(table: string, position: number, limit: number): readonly StreamRecord[];
  latest(table: string): number;
  /** Deletes at most `limit` records up to `position`; answers how many. The newest one is kept: the engine counts on from it. */
  trim(table: string, position: number, limit: number): number;
  /** Marks the deletions of these keys, after `position`, as the work of TTL. */
  markExpired(table: string, position: number, isExpired: (keys: JsonObject) => boolean): void;
  readonly database: DatabaseSync;
  close(): void;
}

/** As the engine and AWS write it. */
const TTL_IDENTITY = '{"type":"Service","principalId":"dynamodb.amazonaws.com"}';

interface Row {
  readonly sequence: number;
  readonly event: string;
  readonly keys: string;
  readonly oldImage: string | null;
  readonly newImage: string | null;
  readonly createdAt: number;
  readonly identity: string | null;
}

const number = (value: unknown): number => (typeof value === 'number' ? value : Number(value));
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const rowOf = (row: Record<string, unknown>): Row => ({
  sequence: number(row['sequence']),
  event: text(row['event_name']) ?? '',
  keys: text(row['keys_json']) ?? '{}',
  oldImage: text(row['old_image']),
  newImage: text(row['new_image']),
  createdAt: number(row['created_at']),
  identity: text(row['user_identity']),
});

const image = (json: string | null): JsonObject | undefined => {
  if (json === null) return undefined;
  const parsed = parseJson(json);
  return isObject(parsed) ? parsed : undefined;
};

/** 32 hexadecimal digits like AWS's, made of the table's name and the sequence, so the same record has the same id. */
const eventId = (table: string, sequence: number): string => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < table.length; at += 1) hash = Math.imul(hash ^ table.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0') + sequence.toString(16).padStart(24, '0');
};

/** True while the expiry sweep is deleting an item: its record is there before it can be marked. */
export type IsExpiring = (table: string, keys: JsonObject) => boolean;

/** Parsed when it is asked for: most readers pass the text on. */
const lazyImage = (json: string | null): (() => JsonObject | undefined) => {
  let parsed: JsonObject | undefined;
  return () => (parsed ??= image(json));
};

/** Equal images have equal lengths, whatever the order of their attributes. */
const isUnchanged = ({ oldImage, newImage }: Row): boolean =>
  oldImage?.length === newImage?.length && (oldImage === newImage || sameJson(image(oldImage), image(newImage)));

const recordOf = (table: string, row: Row, isExpiring: IsExpiring): StreamRecord | undefined => {
  const eventName = row.event === 'INSERT' || row.event === 'REMOVE' ? row.event : 'MODIFY';
  if (eventName === 'MODIFY' && isUnchanged(row)) return undefined;
  const keys = lazyImage(row.keys);
  const oldImage = lazyImage(row.oldImage);
  const newImage = lazyImage(row.newImage);
  return {
    sequence: row.sequence,
    eventID: eventId(table, row.sequence),
    eventName,
    createdAt: row.createdAt * 1000,
    get keys() {
      return keys() ?? {};
    },
    get oldImage() {
      return oldImage();
    },
    get newImage() {
      return newImage();
    },
    text: { keys: row.keys, oldImage: row.oldImage ?? undefined, newImage: row.newImage ?? undefined },
    expired: row.identity !== null || (eventName === 'REMOVE' && isExpiring(table, keys() ?? {})) ? true : undefined,
  };
};

/** The engine's own table; made here when the engine is elsewhere. */
const RECORDS = `CREATE TABLE IF NOT EXISTS _stream_records (
  id INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL, event_name TEXT NOT NULL, keys_json TEXT NOT NULL,
  new_image TEXT, old_image TEXT, sequence_number TEXT NOT NULL, shard_id TEXT NOT NULL, created_at INTEGER NOT NULL,
  user_identity TEXT)`;
/** Without it the engine reads all of a table's stream records at every write. */
const ORDER_INDEX =
  'CREATE INDEX IF NOT EXISTS _local_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))';
const SEQUENCE = 'CAST(sequence_number AS INTEGER)';

export const openStreamFile = (file: string, isExpiring: IsExpiring): StreamFile => {
  const database = new DatabaseSync(file);
  // Losing a trim or a mark to a power cut is harmless, so this connection never waits for the disk, nor checkpoints.
  database.exec('PRAGMA busy_timeout=2000; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF');
  database.exec('PRAGMA wal_autocheckpoint=0');
  database.exec(RECORDS);
  database.exec(ORDER_INDEX);
  const select = database.prepare(
    `SELECT ${SEQUENCE} AS sequence, event_name, keys_json, old_image, new_image, created_at, user_identity
     FROM _stream_records WHERE table_name = ? AND ${SEQUENCE} > ? ORDER BY ${SEQUENCE} LIMIT ?`,
  );
  const newest = database.prepare(`SELECT MAX(${SEQUENCE}) AS latest FROM _stream_records WHERE table_name = ?`);
  const remove = database.prepare(
    `DELETE FROM _stream_records WHERE id IN (SELECT id FROM _stream_records
     WHERE table_name = ? AND ${SEQUENCE} <= ? ORDER BY ${SEQUENCE} LIMIT ?)`,
  );
  const removals = database.prepare(
    `SELECT id, keys_json FROM _stream_records
     WHERE table_name = ? AND ${SEQUENCE} > ? AND event_name = 'REMOVE' AND user_identity IS NULL`,
  );
  const mark = database.prepare('UPDATE _stream_records SET user_identity = ? WHERE id = ?');
  /** Where a reader stands that has nothing but unchanged writes before it. */
  const skips = new Map<string, { readonly position: number; readonly next: number }>();

  const latest = (table: string): number => {
    const value = newest.get(table)?.['latest'];
    return typeof value === 'number' ? value : 0;
  };

  return {
    database,
    latest,
    read(table, position, limit) {
      const skip = skips.get(table);
      let from = skip?.position === position ? skip.next : position;
      for (;;) {
        const rows = select.all(table, from, limit).map(rowOf);
        const records = rows.map((row) => recordOf(table, row, isExpiring)).filter((record) => record !== undefined);
        const last = rows.at(-1);
        if (records.length > 0 || last === undefined) return records;
        from = last.sequence;
        skips.set(table, { position, next: from });
      }
    },
    trim: (table, position, limit) => {
      const until = Math.min(position, latest(table) - 1);
      return until <= 0 ? 0 : Number(remove.run(table, until, limit).changes);
    },
    markExpired(table, position, isExpired) {
      for (const row of removals.all(table, position)) {
        const keys = image(text(row['keys_json']));
        if (keys !== undefined && isExpired(keys)) mark.run(TTL_IDENTITY, number(row['id']));
      }
    },
    close() {
      // Whoever closes the file last moves the log into it, and that has to reach the disk.
      database.exec('PRAGMA synchronous=FULL');
      database.close();
    },
  };
};
