import * as z from 'zod';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { notFound } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ImportId } from './ids.ts';
import { ImportRow, Outcome } from './import-job.ts';
import type { OpenImportStore } from './import-store.ts';
import { Position } from './page.ts';

export const listImportRowsRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/imports/{importId}/rows',
  summary: 'Read what became of each row of an import',
  callers: ['staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ importId: ImportId }),
  query: z.strictObject({ ...ListQuery.shape, outcome: Outcome.optional() }),
  response: pageOf(ImportRow),
  status: 200,
});

interface Deps {
  readonly imports: OpenImportStore;
}

/** The report of the latest run, by line, as far as it is. */
export const listImportRows =
  ({ imports }: Deps): UseCase<typeof listImportRowsRoute> =>
  async ({ params, query, caller }) => {
    const store = imports(caller.tenant);
    const job = await store.find(params.importId);
    if (job === undefined) throw notFound(`There is no import ${params.importId}.`);
    const { cursor, limit, outcome } = query;
    const filter = { importId: job.id, run: job.run, outcome };
    const from = cursor === undefined ? undefined : Position.parse(decodeCursor(caller.tenant, filter, cursor));
    const page = await store.rows(job, outcome, limit, from);
    return {
      body: {
        items: [...page.items],
        next: page.next === undefined ? null : encodeCursor(caller.tenant, filter, { ...page.next }),
      },
    };
  };
