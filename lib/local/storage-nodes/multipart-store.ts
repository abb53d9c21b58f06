import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { ReceivedBody } from '../s3/received-body.ts';
import { s3Error } from '../s3/s3-error.ts';

export interface Multipart {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Headers that a reader of the object gets back. */
  readonly headers: Readonly<Record<string, string>>;
  readonly begunAt: number;
}
export interface StoredPart {
  readonly number: number;
  readonly size: number;
  /** Hexadecimal MD5. */
  readonly etag: string;
  /** Base64. */
  readonly sha256: string;
  readonly modifiedAt: number;
  /** The file's name. */
  readonly file: string;
}

/** Uploads that are under way, and their parts. */
export interface MultipartStore {
  readonly usedBytes: number;
  begin(multipart: Omit<Multipart, 'id'>): Promise<Multipart>;
  /** @throws NoSuchUpload */
  get(bucket: string, key: string, id: string): Multipart;
  /** Durable when it settles; tells the part that it replaced. @throws NoSuchUpload */
  putPart(
    multipart: Multipart,
    number: number,
    body: ReceivedBody,
    modifiedAt: number,
  ): Promise<StoredPart | undefined>;
  /** By number. */
  parts(multipart: Multipart, after: number, limit: number): readonly StoredPart[];
  /** By key and id, after those. */
  list(bucket: string, afterKey: string, afterId: string, limit: number): readonly Multipart[];
  /** The bytes of these parts, one after the other, in a new file of `directory`, synced. */
  assemble(parts: readonly StoredPart[], directory: string): Promise<ReceivedBody>;
  /** Forgets an upload, in a transaction of the caller's. */
  forget(multipart: Multipart): void;
  /** After a `forget`: removes what nobody knows any more. */
  dropFiles(parts: readonly StoredPart[]): Promise<void>;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS node_multiparts (
  id TEXT NOT NULL PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, headers TEXT NOT NULL, begun_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS node_parts (
  multipart TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT NOT NULL,
  modified_at INTEGER NOT NULL, file TEXT NOT NULL, PRIMARY KEY (multipart, number)
) WITHOUT ROWID`;

const noSuchUpload = (): Error =>
  s3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
  );

const multipartOf = (row: Record<string, unknown>): Multipart => {
  const headers = parseJson(String(row['headers']));
  return {
    id: String(row['id']),
    bucket: String(row['bucket']),
    key: String(row['key']),
    headers: isObject(headers)
      ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      : {},
    begunAt: Number(row['begun_at']),
  };
};
const partOf = (row: Record<string, unknown>): StoredPart => ({
  number: Number(row['number']),
  size: Number(row['size']),
  etag: String(row['etag']),
  sha256: String(row['sha256']),
  modifiedAt: Number(row['modified_at']),
  file: String(row['file']),
});

/** MD5 and SHA-256 of all parts together are those of the parts' own, with their count. */
const ofParts = (algorithm: string, digests: readonly Buffer[], encoding: 'hex' | 'base64'): string =>
  `${createHash(algorithm).update(Buffer.concat(digests)).digest(encoding)}-${digests.length}`;

export const createMultipartStore = (state: State, directory: string): MultipartStore => {
  mkdirSync(directory, { recursive: true });
  const { database } = state;
  database.exec(TABLES);
  const insert = database.prepare('INSERT INTO node_multiparts VALUES (?, ?, ?, ?, ?)');
  const select = database.prepare('SELECT * FROM node_multiparts WHERE id = ?');
  const page = database.prepare(
    'SELECT * FROM node_multiparts WHERE bucket = ? AND (key > ? OR (key = ? AND id > ?)) ORDER BY key, id LIMIT ?',
  );
  const erase = database.prepare('DELETE FROM node_multiparts WHERE id = ?');
  const upsertPart = database.prepare('INSERT OR REPLACE INTO node_parts VALUES (?, ?, ?, ?, ?, ?, ?)');
  const selectPart = database.prepare('SELECT * FROM node_parts WHERE multipart = ? AND number = ?');
  const pageOfParts = database.prepare(
    'SELECT * FROM node_parts WHERE multipart = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const eraseParts = database.prepare('DELETE FROM node_parts WHERE multipart = ?');
  const sum = database.prepare('SELECT SUM(size) AS bytes FROM node_parts');

  const files = new Set(
    database
      .prepare('SELECT file FROM node_parts')
      .all()
      .map((row) => String(row['file'])),
  );
  // Of a process that ended: never acknowledged, or replaced just before.
  for (const name of readdirSync(directory)) if (!files.has(name)) rmSync(join(directory, name));

  const get = (bucket: string, key: string, id: string): Multipart => {
    const row = select.get(id);
    const found = row === undefined ? undefined : multipartOf(row);
    if (found?.bucket !== bucket || found.key !== key) throw noSuchUpload();
    return found;
  };
  const syncDirectory = async (): Promise<void> => {
    const handle = await open(directory, 'r');
    await handle.sync().finally(async () => await handle.close());
  };

  return {
    get usedBytes() {
      return Number(sum.get()?.['bytes'] ?? 0);
    },
    async begin(multipart) {
      const id = randomUUID().replaceAll('-', '');
      const { bucket, key, headers, begunAt } = multipart;
      await state.commit(() => void insert.run(id, bucket, key, JSON.stringify(headers), begunAt));
      return { ...multipart, id };
    },
    get,
    async putPart(multipart, number, body, modifiedAt) {
      const file = randomUUID().replaceAll('-', '');
      await rename(body.file, join(directory, file));
      await syncDirectory();
      let replaced: StoredPart | undefined;
      try {
        await state.commit(() => {
          // It may have been completed or aborted while the bytes came.
          get(multipart.bucket, multipart.key, multipart.id);
          const row = selectPart.get(multipart.id, number);
          replaced = row === undefined ? undefined : partOf(row);
          upsertPart.run(multipart.id, number, body.size, body.md5, body.sha256, modifiedAt, file);
        });
      } catch (error) {
        await unlink(join(directory, file));
        throw error;
      }
      if (replaced !== undefined) await unlink(join(directory, replaced.file));
      return replaced;
    },
    parts: (multipart, after, limit) => pageOfParts.all(multipart.id, after, limit).map((row) => partOf(row)),
    list: (bucket, afterKey, afterId, limit) =>
      page.all(bucket, afterKey, afterKey, afterId, limit).map((row) => multipartOf(row)),
    async assemble(parts, target) {
      const file = join(target, `assembled-${randomUUID()}`);
      const handle = await open(file, 'wx');
      try {
        for (const part of parts) {
          for await (const chunk of createReadStream(join(directory, part.file))) {
            if (Buffer.isBuffer(chunk)) await handle.write(chunk);
          }
        }
        await handle.sync();
      } catch (error) {
        await unlink(file);
        throw error;
      } finally {
        await handle.close();
      }
      const md5s = parts.map(({ etag }) => Buffer.from(etag, 'hex'));
      const shas = parts.map(({ sha256 }) => Buffer.from(sha256, 'base64'));
      return {
        file,
        size: parts.reduce((bytes, { size }) => bytes + size, 0),
        md5: ofParts('md5', md5s, 'hex'),
        sha256: ofParts('sha256', shas, 'base64'),
      };
    },
    forget({ id }) {
      erase.run(id);
      eraseParts.run(id);
    },
    async dropFiles(parts) {
      for (const { file } of parts) await unlink(join(directory, file));
    },
  };
};
