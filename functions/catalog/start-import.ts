import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf, type TenantId } from '../../lib/runtime/tenant.ts';
import { importFinished, importRunning, uploadMissing } from './errors.ts';
import { ImportId } from './ids.ts';
import { Import, type ImportJob, importView, NO_PROGRESS } from './import-job.ts';
import type { OpenImportStore, Uploads } from './import-store.ts';
import { moveImport } from './import-transitions.ts';

export const startImportRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/imports/{importId}/start',
  summary: 'Start an import, or try it without changing anything',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  params: z.strictObject({ importId: ImportId }),
  body: z.strictObject({ dryRun: z.boolean().default(false) }),
  response: Import,
  status: 202,
  errors: [uploadMissing, importFinished, importRunning],
});

/** Starts the workflow of one run; that it runs already is success. */
export type StartRun = (
  context: { readonly tenant: TenantId; readonly traceId: string },
  job: ImportJob,
) => Promise<void>;

interface Deps {
  readonly imports: OpenImportStore;
  readonly uploads: Pick<Uploads, 'size'>;
  readonly startRun: StartRun;
  readonly now: Clock;
}

/**
 * Starts a run. Asked again while the same kind of run is under way it answers that run (and starts its workflow if
 * that was lost in between); another kind, or a second run after one that is done for good, is refused.
 */
export const startImport =
  ({ imports, uploads, startRun, now }: Deps): UseCase<typeof startImportRoute> =>
  async ({ params, body, caller, traceId }) => {
    const store = imports(caller.tenant);
    const size = await uploads.size(caller.tenant, params.importId);
    const job = await moveImport(store, params.importId, now, (before) => {
      if (before.status === 'running' && before.dryRun === body.dryRun) return undefined;
      if (before.status === 'running' || before.status === 'cancelling') {
        throw importRunning(`The import is ${before.status}. Wait for its end or cancel it.`);
      }
      if (before.status === 'completed' && !before.dryRun) {
        throw importFinished('The import is done. To import the file again, announce it again.');
      }
      if (size === undefined) throw uploadMissing('PUT the file to the URL that the import was created with first.');
      return {
        status: 'running',
        dryRun: body.dryRun,
        run: before.run + 1,
        progress: NO_PROGRESS,
        failure: null,
        nextSlice: 0,
        slices: 0,
        startedAt: toInstant(now()),
        finishedAt: null,
        actor: actorOf(caller),
        traceId,
      };
    });
    await startRun({ tenant: caller.tenant, traceId: job.traceId }, job);
    return { body: importView(job), location: `/v1/catalog/imports/${job.id}` };
  };
