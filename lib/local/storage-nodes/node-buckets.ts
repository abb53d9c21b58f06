import type { State } from '../contracts.ts';
import { noSuchBucket, s3Error } from '../s3/s3-error.ts';

export interface NodeBucket {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** The buckets of a node, which callers make and remove. */
export interface NodeBuckets {
  /** @throws NoSuchBucket */
  check(name: string): void;
  list(): readonly NodeBucket[];
  create(name: string, createdAt: number): Promise<void>;
  /** `isEmpty` is asked in the same transaction. @throws BucketNotEmpty, NoSuchBucket */
  remove(name: string, isEmpty: () => boolean): Promise<void>;
}

const TABLE =
  'CREATE TABLE IF NOT EXISTS node_buckets (name TEXT NOT NULL PRIMARY KEY, created_at INTEGER NOT NULL) WITHOUT ROWID';
/** S3's rule for new names, but for those that look like addresses. */
const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const nodeBuckets = (state: State): NodeBuckets => {
  const { database } = state;
  database.exec(TABLE);
  const select = database.prepare('SELECT name FROM node_buckets WHERE name = ?');
  const selectAll = database.prepare('SELECT name, created_at FROM node_buckets ORDER BY name');
  const insert = database.prepare('INSERT INTO node_buckets VALUES (?, ?)');
  const erase = database.prepare('DELETE FROM node_buckets WHERE name = ?');
  const check = (name: string): void => {
    if (select.get(name) === undefined) throw noSuchBucket();
  };
  return {
    check,
    list: () => selectAll.all().map((row) => ({ name: String(row['name']), createdAt: Number(row['created_at']) })),
    async create(name, createdAt) {
      if (!NAME.test(name)) throw s3Error('InvalidBucketName', 'The specified bucket is not valid.', 400);
      await state.commit(() => {
        if (select.get(name) !== undefined) {
          const message = 'Your previous request to create the named bucket succeeded and you already own it.';
          throw s3Error('BucketAlreadyOwnedByYou', message, 409);
        }
        insert.run(name, createdAt);
      });
    },
    async remove(name, isEmpty) {
      await state.commit(() => {
        check(name);
        if (!isEmpty()) throw s3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
        erase.run(name);
      });
    },
  };
};
