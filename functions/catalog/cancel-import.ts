import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { importFinished } from './errors.ts';
import { ImportId } from './ids.ts';
import { Import, importView } from './import-job.ts';
import type { OpenImportStore } from './import-store.ts';
import { moveImport } from './import-transitions.ts';

export const cancelImportRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/imports/{importId}/cancel',
  summary: 'Cancel an import',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  params: z.strictObject({ importId: ImportId }),
  response: Import,
  status: 202,
  errors: [importFinished],
});

interface Deps {
  readonly imports: OpenImportStore;
  readonly now: Clock;
}

/** Ends an import after the slice that is being worked on. What was imported until then stays. */
export const cancelImport =
  ({ imports, now }: Deps): UseCase<typeof cancelImportRoute> =>
  async ({ params, caller }) => {
    const job = await moveImport(imports(caller.tenant), params.importId, now, ({ status, slices }) => {
      if (status === 'cancelling' || status === 'cancelled') return undefined;
      // Before there is a plan nothing is imported, so there is nothing to wait for.
      if (status === 'created' || (status === 'running' && slices === 0)) return { status: 'cancelled' };
      if (status === 'running') return { status: 'cancelling' };
      throw importFinished(`The import is ${status} already.`);
    });
    return { body: importView(job), location: `/v1/catalog/imports/${job.id}` };
  };
