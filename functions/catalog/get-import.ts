import * as z from 'zod';
import { notFound } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ImportId } from './ids.ts';
import { Import, importView } from './import-job.ts';
import type { OpenImportStore } from './import-store.ts';

export const getImportRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/imports/{importId}',
  summary: 'Read the state of an import',
  callers: ['staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ importId: ImportId }),
  response: Import,
  status: 200,
});

interface Deps {
  readonly imports: OpenImportStore;
}

/** How far an import is, and how it ended. */
export const getImport =
  ({ imports }: Deps): UseCase<typeof getImportRoute> =>
  async ({ params, caller }) => {
    const job = await imports(caller.tenant).find(params.importId);
    if (job === undefined) throw notFound(`There is no import ${params.importId}.`);
    return { body: importView(job) };
  };
