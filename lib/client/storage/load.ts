import { randomBytes } from 'node:crypto';
import { Refused } from '../expect-status.ts';
import { sha256Of, type Storage, type StoredFile } from './files.ts';

/** What clients did up to now. `failures` are told in words, with how often. */
export interface LoadCounts {
  reads: number;
  writes: number;
  deletes: number;
  failedReads: number;
  failedWrites: number;
  /** Writes that were turned away for want of room. */
  refusedWrites: number;
  readonly failures: Map<string, number>;
}

/** A client's file as the client knows it: what was acknowledged last. */
interface Kept {
  readonly file: StoredFile;
  readonly sha256: string;
}

export interface Load {
  readonly counts: LoadCounts;
  /** No client begins anything new; resolves when all have ended. */
  stop(): Promise<void>;
  /** Reads every file that was acknowledged and not deleted; tells those that are not there or have other bytes. */
  check(): Promise<{ readonly files: number; readonly lost: readonly string[] }>;
}

export interface LoadPlan {
  /** One for each client; clients of one shop share it. */
  readonly shops: readonly Storage[];
  readonly clients: number;
  /** Bytes of a file, from and to. */
  readonly sizes: readonly [number, number];
  /** How many files a client has about; more are deleted, fewer are written. */
  readonly filesEach: number;
  readonly random: () => number;
  /** Milliseconds that a client rests after each piece of work. */
  readonly pauseMs?: number;
}

/** Nothing was begun. */
const NO_ROOM: ReadonlySet<string> = new Set(['storage_unavailable', 'quota_exceeded']);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Clients that write, overwrite, read and delete until they are stopped, each its own files, so that each knows what it must
 * find. Nothing is tried again: a read that fails once has failed.
 */
export const startLoad = ({ shops, clients, sizes, filesEach, random, pauseMs = 0 }: LoadPlan): Load => {
  const counts: LoadCounts = {
    reads: 0,
    writes: 0,
    deletes: 0,
    failedReads: 0,
    failedWrites: 0,
    refusedWrites: 0,
    failures: new Map(),
  };
  const kept = Array.from({ length: clients }, () => new Map<string, Kept>());
  let running = true;

  const failed = (what: string, error: unknown): void => {
    const why = error instanceof Refused ? error.code : messageOf(error).slice(0, 200);
    const told = `${what}: ${why}`;
    counts.failures.set(told, (counts.failures.get(told) ?? 0) + 1);
  };
  const bytesOf = (): Buffer<ArrayBuffer> => randomBytes(Math.round(sizes[0] + random() * (sizes[1] - sizes[0])));

  const write = async (storage: Storage, own: Map<string, Kept>, path: string): Promise<void> => {
    const bytes = bytesOf();
    const before = own.get(path);
    try {
      const file = await storage.upload({
        path,
        bytes,
        ...(before === undefined ? {} : { ifMatch: before.file.etag }),
      });
      own.set(path, { file, sha256: sha256Of(bytes) });
      counts.writes += 1;
    } catch (error) {
      if (error instanceof Refused && NO_ROOM.has(error.code)) {
        counts.refusedWrites += 1;
        return;
      }
      // Whoever gets no answer cannot know what is there.
      own.delete(path);
      counts.failedWrites += 1;
      failed('write', error);
    }
  };
  const read = async (storage: Storage, { file, sha256 }: Kept): Promise<void> => {
    try {
      const bytes = await storage.download(file.fileId);
      if (sha256Of(bytes) !== sha256) throw new Error(`${bytes.length} other bytes than were written`);
      counts.reads += 1;
    } catch (error) {
      counts.failedReads += 1;
      failed('read', error);
    }
  };
  const remove = async (storage: Storage, own: Map<string, Kept>, path: string, { file }: Kept): Promise<void> => {
    try {
      await storage.remove(file);
      own.delete(path);
      counts.deletes += 1;
    } catch (error) {
      own.delete(path);
      counts.failedWrites += 1;
      failed('delete', error);
    }
  };

  const client = async (index: number): Promise<void> => {
    const storage = shops[index % shops.length];
    const own = kept[index];
    if (storage === undefined || own === undefined) return;
    for (let round = 0; running; round += 1) {
      const draw = random();
      const entries = [...own];
      const [path, some] = entries[Math.floor(random() * entries.length)] ?? [];
      if (path === undefined || some === undefined || (entries.length < filesEach && draw < 0.3))
        await write(storage, own, `load/client-${index}/file-${round}`);
      else if (draw < 0.8) await read(storage, some);
      else if (draw < 0.92 || entries.length < filesEach) await write(storage, own, path);
      else await remove(storage, own, path, some);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, index) => client(index)));

  return {
    counts,
    stop: async () => {
      running = false;
      await all;
    },
    check: async () => {
      const lost: string[] = [];
      let files = 0;
      for (const [index, own] of kept.entries()) {
        for (const [path, { file, sha256 }] of own) {
          files += 1;
          const found = await shops[index % shops.length]
            ?.download(file.fileId)
            .catch((error: unknown) => messageOf(error));
          if (typeof found === 'string') lost.push(`${path}: ${found}`);
          else if (found === undefined || sha256Of(found) !== sha256) lost.push(`${path}: has other bytes`);
        }
      }
      return { files, lost };
    },
  };
};
