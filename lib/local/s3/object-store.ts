import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isObject, parseJson } from '../json.ts';
import type { State } from '../contracts.ts';
import type { ReceivedBody } from './received-body.ts';

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Hexadecimal MD5; of a multipart upload `<MD5 of the parts' MD5>-<count>`. */
  readonly etag: string;
  /** Base64; of a multipart upload `<SHA-256 of the parts' SHA-256>-<count>`. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Headers that a reader gets back: content-type, cache-control, x-amz-meta-*, ... */
  readonly headers: Readonly<Record<string, string>>;
  /** The file's path. */
  readonly file: string;
  readonly version: string;
}

/** Objects of all buckets: bytes in files that are never rewritten, everything else in the state file. */
export interface ObjectStore {
  /** Where bodies are received; on the same file system as the objects. */
  readonly incoming: string;
  /** Of all objects. */
  usedBytes(): number;
  get(bucket: string, key: string): StoredObject | undefined;
  /** Durable when it settles. `accept` sees what is there at that moment and may throw. */
  put(
    bucket: string,
    key: string,
    body: ReceivedBody,
    more: Pick<StoredObject, 'headers' | 'modifiedAt'>,
    accept: (existing: StoredObject | undefined) => void,
  ): Promise<StoredObject>;
  /** Tells what was removed. */
  remove(bucket: string, key: string): Promise<StoredObject | undefined>;
  /** Keys after `after` that begin with `prefix`, in the order of their bytes. */
  list(bucket: string, prefix: string, after: string, limit: number): readonly StoredObject[];
}

const TABLE = `CREATE TABLE IF NOT EXISTS s3_objects (
  bucket TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT NOT NULL,
  modified_at INTEGER NOT NULL, headers TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID`;

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The first key that does not begin with the prefix any more; undefined when there is none. */
const endOfPrefix = (prefix: Buffer): Buffer | undefined => {
  for (let at = prefix.length - 1; at >= 0; at -= 1) {
    const byte = prefix[at] ?? 0;
    if (byte < 0xff) return Buffer.concat([prefix.subarray(0, at), Buffer.from([byte + 1])]);
  }
  return undefined;
};

export const createObjectStore = (state: State, directory: string): ObjectStore => {
  const incoming = join(directory, 'incoming');
  // What was being received when the process ended was never acknowledged.
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  const { database } = state;
  database.exec(TABLE);
  const select = database.prepare('SELECT * FROM s3_objects WHERE bucket = ? AND key = ?');
  const upsert = database.prepare('INSERT OR REPLACE INTO s3_objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const erase = database.prepare('DELETE FROM s3_objects WHERE bucket = ? AND key = ?');
  const page = database.prepare(
    'SELECT * FROM s3_objects WHERE bucket = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
  );
  const pageToEnd = database.prepare(
    'SELECT * FROM s3_objects WHERE bucket = ? AND key > ? AND key >= ? ORDER BY key LIMIT ?',
  );

  const pathOf = (bucket: string, name: string): string => join(directory, bucket, name.slice(0, 2), name);
  const objectOf = (bucket: string, row: Record<string, unknown>): StoredObject => {
    const headers = parseJson(String(row['headers']));
    const name = String(row['file']);
    const key = row['key'];
    return {
      key: key instanceof Uint8Array ? Buffer.from(key).toString('utf8') : String(key),
      size: Number(row['size']),
      etag: String(row['etag']),
      sha256: String(row['sha256']),
      modifiedAt: Number(row['modified_at']),
      headers: isObject(headers)
        ? Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, String(value)]))
        : {},
      file: pathOf(bucket, name),
      version: name,
    };
  };
  const get = (bucket: string, key: string): StoredObject | undefined => {
    const row = select.get(bucket, Buffer.from(key));
    return row === undefined ? undefined : objectOf(bucket, row);
  };
  const dropFile = async (object: StoredObject | undefined): Promise<void> => {
    if (object !== undefined) await unlink(object.file);
  };

  // Files without a row: their put was never acknowledged, or they were replaced just before the process ended.
  const sweep = (): void => {
    const known = new Set(
      database
        .prepare('SELECT file FROM s3_objects')
        .all()
        .map((row) => String(row['file'])),
    );
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !known.has(entry.name)) rmSync(join(entry.parentPath, entry.name));
    }
  };
  sweep();

  return {
    incoming,
    usedBytes: () => Number(database.prepare('SELECT SUM(size) AS bytes FROM s3_objects').get()?.['bytes'] ?? 0),
    get,
    async put(bucket, key, body, { headers, modifiedAt }, accept) {
      const name = randomUUID().replaceAll('-', '');
      const file = pathOf(bucket, name);
      mkdirSync(dirname(file), { recursive: true });
      await rename(body.file, file);
      await syncDirectory(dirname(file));
      let replaced: StoredObject | undefined;
      try {
        await state.commit(() => {
          replaced = get(bucket, key);
          accept(replaced);
          upsert.run(
            bucket,
            Buffer.from(key),
            body.size,
            body.md5,
            body.sha256,
            modifiedAt,
            JSON.stringify(headers),
            name,
          );
        });
      } catch (error) {
        await unlink(file);
        throw error;
      }
      await dropFile(replaced);
      return { key, size: body.size, etag: body.md5, sha256: body.sha256, modifiedAt, headers, file, version: name };
    },
    async remove(bucket, key) {
      const existing = get(bucket, key);
      if (existing === undefined) return undefined;
      await state.commit(() => void erase.run(bucket, Buffer.from(key)));
      await dropFile(existing);
      return existing;
    },
    list(bucket, prefix, after, limit) {
      const from = Buffer.from(prefix);
      const end = endOfPrefix(from);
      const rows =
        end === undefined
          ? pageToEnd.all(bucket, Buffer.from(after), from, limit)
          : page.all(bucket, Buffer.from(after), from, end, limit);
      return rows.map((row) => objectOf(bucket, row));
    },
  };
};
