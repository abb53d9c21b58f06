import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import {
  ConditionFailed,
  type OpenTenantDb,
  type TenantDb,
  TransactionRefused,
  type Write,
} from '../../lib/runtime/db.ts';
import { listPaths } from './file-listing.ts';
import type { OpenFileStore } from './file-store.ts';
import {
  ABSENT,
  fileWrites,
  giveUp,
  PARTS_AN_ITEM,
  partWrites,
  quotaBack,
  readFile,
  readVersion,
  restored,
  setting,
  surplus,
  versionOf,
} from './file-writes.ts';
import { Upload } from './model.ts';
import { fileId } from './ids.ts';
import { bucketKey, fileKey, pathKey, uploadKey, uploadPartsKey, versionKey } from './keys.ts';

const CONSISTENT = { consistent: true } as const;
const OPEN = { state: 'open' } as const;
const DUE = ['duePk', 'dueSk'] as const;

/** False when the condition of the write did not hold. */
const unlessRefused = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed || error instanceof TransactionRefused) return false;
    throw error;
  }
};

/**
 * A transaction whose first writes decide: false when one of their conditions did not hold. A condition of any other write
 * guards a counter, and is an error when it does not hold.
 */
const decidedBy = async (db: TenantDb, deciding: readonly Write[], others: readonly Write[]): Promise<boolean> => {
  try {
    await db.transact([...deciding, ...others]);
    return true;
  } catch (error) {
    const isDecided =
      error instanceof TransactionRefused && error.reasons.slice(0, deciding.length).some(({ failed }) => failed);
    if (isDecided) return false;
    throw error;
  }
};

const Announced = z.object({ urlsEndAt: Instant });

const chunkOf = (number: number): number => Math.floor((number - 1) / PARTS_AN_ITEM);
const partAttribute = (number: number): string => `n${number}`;
const ANNOUNCED = /^n(\d+)$/;

/** Files of tenants in the domain's table. See `keys.ts` for the items. */
export const dynamoFiles =
  (open: OpenTenantDb): OpenFileStore =>
  (tenant) => {
    const db = open(tenant);
    const upload = async (id: Upload['id']) => {
      const item = await db.get(uploadKey(id), CONSISTENT);
      return item === undefined ? undefined : Upload.parse(item);
    };
    const file = async (id: z.output<typeof fileId.schema>) => {
      const item = await db.get(fileKey(id), CONSISTENT);
      return item === undefined ? undefined : readFile(item);
    };
    const versions = async (id: z.output<typeof fileId.schema>) => {
      const { pk } = fileKey(id);
      const { items } = await db.query({ pk, sk: { beginsWith: 'v#' }, forward: false, ...CONSISTENT });
      return items.map(readVersion).filter(({ state }) => state === 'kept');
    };

    return {
      upload,
      file,
      versions,

      setMultipart: (id, multipart) => unlessRefused(db.update(uploadKey(id), setting({ multipart }, OPEN))),

      announceParts: (id, parts, urlsEndAt, now) => {
        const chunks = Map.groupBy(parts, ({ number }) => chunkOf(number));
        const announced = [...chunks].map(([chunk, of]): Write => {
          const attributes = Object.fromEntries(of.map(({ number, sha256 }) => [partAttribute(number), sha256]));
          const { condition: _, ...update } = setting(attributes, {});
          return { update: uploadPartsKey(id, chunk), with: update };
        });
        const isOpen = (ends: Instant): Write => ({
          update: uploadKey(id),
          with: {
            update: 'SET urlsEndAt = :ends',
            condition:
              '#state = :open AND expiresAt > :now AND (attribute_not_exists(sealed) OR sealed = :no) AND urlsEndAt <= :ends',
            names: { '#state': 'state' },
            values: { ':ends': ends, ':open': 'open', ':now': now, ':no': false },
          },
        });
        const attempt = async (ends: Instant): Promise<boolean> => {
          try {
            await db.transact([isOpen(ends), ...announced]);
            return true;
          } catch (error) {
            if (!(error instanceof TransactionRefused)) throw error;
            // Somebody else was given URLs that live a little longer: it stays with that.
            const there = Announced.safeParse(error.reasons[0]?.item);
            return there.success && there.data.urlsEndAt > ends ? attempt(there.data.urlsEndAt) : false;
          }
        };
        return attempt(urlsEndAt);
      },

      announcedParts: async ({ id, parts }) => {
        const keys = Array.from({ length: chunkOf(parts) + 1 }, (_, chunk) => uploadPartsKey(id, chunk));
        const items = await db.batchGet(keys, CONSISTENT);
        return new Map(
          items.flatMap(Object.entries).flatMap(([name, value]): [number, string][] => {
            const number = ANNOUNCED.exec(name)?.[1];
            return number === undefined ? [] : [[Number(number), String(value)]];
          }),
        );
      },

      setSealed: (id, sealed) => unlessRefused(db.update(uploadKey(id), setting({ sealed }, OPEN))),

      complete: async (completed, parts, at) => {
        const version = versionOf(completed, at);
        const kept = completed.expects === 0 ? [] : await versions(completed.fileId);
        const deciding: Write[] = [
          { update: uploadKey(completed.id), with: setting({ state: 'completed' }, OPEN, DUE) },
          { put: { ...version, ...versionKey(version.fileId, version.number) }, condition: ABSENT },
          ...fileWrites(completed, version, at),
        ];
        const others = [...partWrites(completed, parts), ...giveUp(surplus(kept), at)];
        if (await decidedBy(db, deciding, others)) return 'completed';
        return (await upload(completed.id))?.state === 'open' ? 'path_changed' : 'not_open';
      },

      end: (ended, as, at, options = {}) => {
        const set = { state: as, dueSk: at, ...(options.passedOn === true ? { passedOn: true } : {}) };
        const ending: Write = { update: uploadKey(ended.id), with: setting(set, OPEN) };
        return decidedBy(db, [ending], quotaBack([ended.quotaDraws]));
      },

      settled: async (id) => {
        await db.update(uploadKey(id), {
          update: 'REMOVE duePk, dueSk',
          condition: 'attribute_exists(pk) AND #state <> :open',
          names: { '#state': 'state' },
          values: { ':open': 'open' },
        });
      },

      fileAt: async (path) => {
        const claim = await db.get(pathKey(path), CONSISTENT);
        const found = claim === undefined ? undefined : await file(fileId.schema.parse(claim['fileId']));
        return found?.state === 'visible' ? found : undefined;
      },

      files: async (ids) => (await db.batchGet(ids.map(fileKey), CONSISTENT)).map(readFile),

      list: (listing) => listPaths(db, listing),

      version: async (id, number) => {
        const item = await db.get(versionKey(id, number), CONSISTENT);
        return item === undefined ? undefined : readVersion(item);
      },

      restore: async (was, version, { at, actor, traceId }) => {
        const set = { ...restored(was, version), updatedAt: at, actor, traceId };
        const done = await unlessRefused(
          db.transact([
            { update: fileKey(was.id), with: setting(set, { version: was.version, state: 'visible' }) },
            {
              check: versionKey(version.fileId, version.number),
              condition: { expression: '#state = :kept', names: { '#state': 'state' }, values: { ':kept': 'kept' } },
            },
          ]),
        );
        return done ? { ...was, ...set } : undefined;
      },

      remove: async (was, { at, actor, traceId }) => {
        const set = { state: 'deleted', version: was.version + 1, updatedAt: at, actor, traceId };
        const seen = { version: was.version, state: 'visible' };
        const deleted: Write = {
          update: fileKey(was.id),
          with: setting(set, seen, ['publicPk', 'publicSk']),
        };
        return decidedBy(db, [deleted], [{ delete: pathKey(was.path) }, ...giveUp(await versions(was.id), at)]);
      },

      knowsBucket: async (node) => (await db.get(bucketKey(node))) !== undefined,
      rememberBucket: (node, bucket) => db.put({ ...bucketKey(node), bucket }),
    };
  };
