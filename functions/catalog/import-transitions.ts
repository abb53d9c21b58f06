import type { Clock } from '../../lib/runtime/clock.ts';
import { toInstant } from '../../lib/runtime/clock.ts';
import { notFound, temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { ImportId } from './ids.ts';
import type { ImportJob } from './import-job.ts';
import type { ImportStore } from './import-store.ts';

const ATTEMPTS = 10;

/**
 * Moves an import on from whatever state it is in: reads it, lets `next` say what it becomes (undefined: it stays),
 * writes under the condition that nobody wrote in between, and begins again when somebody did.
 *
 * @throws not_found, and what `next` throws
 */
export const moveImport = async (
  store: ImportStore,
  id: ImportId,
  now: Clock,
  next: (job: ImportJob) => Partial<ImportJob> | undefined,
): Promise<ImportJob> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await store.find(id);
    if (before === undefined) throw notFound(`There is no import ${id}.`);
    const change = next(before);
    if (change === undefined) return before;
    const ended = change.status !== undefined && ENDS.has(change.status);
    const after: ImportJob = {
      ...before,
      ...change,
      ...(ended ? { finishedAt: toInstant(now()) } : {}),
      version: before.version + 1,
    };
    if (await store.save(before, after)) return after;
  }
  throw temporarilyUnavailable('The import is being changed by many at once. Try again in a moment.', {
    retryAfter: 1,
  });
};

const ENDS = new Set<ImportJob['status']>(['completed', 'failed', 'cancelled']);

/** Is this run still to be worked on? */
export const isUnderWay = (job: ImportJob, run: number): boolean =>
  job.run === run && (job.status === 'running' || job.status === 'cancelling');
