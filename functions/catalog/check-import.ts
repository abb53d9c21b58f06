import { createHash, type Hash } from 'node:crypto';
import type * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { CheckImport, ImportRun } from './calls.ts';
import { csvRows } from './csv-records.ts';
import type { Failure, ImportJob } from './import-job.ts';
import { planImport } from './import-planning.ts';
import type { OpenImportStore, Uploads } from './import-store.ts';
import { isUnderWay, moveImport } from './import-transitions.ts';

interface Deps {
  readonly imports: OpenImportStore;
  readonly uploads: Pick<Uploads, 'size' | 'read'>;
  readonly now: Clock;
}

async function* hashing(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Is what was uploaded what was announced, and can it be read? Reads all of it, in the memory of a row. */
const examine = async (uploads: Deps['uploads'], tenant: TenantCallContext['tenant'], job: ImportJob) => {
  const fail = (code: string, message: string): { ok: false; failure: Failure } => ({
    ok: false,
    failure: { code, message, line: null },
  });
  const size = await uploads.size(tenant, job.id);
  if (size === undefined) return fail('upload_missing', 'The file has not been uploaded.');
  if (size !== job.size) return fail('upload_damaged', `The file has ${size} bytes, but ${job.size} were announced.`);
  const hash = createHash('sha256');
  const planned = await planImport(csvRows(hashing(uploads.read(tenant, job.id, 0, size), hash)), size, job);
  if (!planned.ok || hash.digest('hex') === job.sha256) return planned;
  return fail('upload_damaged', 'The file is not the one that was announced: its SHA-256 is another.');
};

/** Reads the whole file once and plans the run, or ends it with what is wrong with the file. */
export const checkImport =
  ({ imports, uploads, now }: Deps) =>
  async ({ tenant }: TenantCallContext, { importId, run }: ImportRun): Promise<z.input<typeof CheckImport.output>> => {
    const store = imports(tenant);
    const job = await store.find(importId);
    if (job === undefined || !isUnderWay(job, run)) return { status: 'ended' };
    if (job.slices > 0) return { status: 'continue' };
    const examined = await examine(uploads, tenant, job);
    if (examined.ok) await store.savePlan(job, examined.plan);
    const moved = await moveImport(store, importId, now, (before) => {
      if (!isUnderWay(before, run)) return undefined;
      if (!examined.ok) return { status: 'failed', failure: examined.failure };
      const progress = { ...before.progress, totalRows: examined.rows };
      const slices = examined.plan.slices.length;
      return slices === 0 ? { status: 'completed', progress } : { progress, slices };
    });
    return { status: isUnderWay(moved, run) ? 'continue' : 'ended' };
  };
