import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { importId } from './ids.ts';
import { Import, type ImportJob, importView, NewImport, NO_PROGRESS, Upload } from './import-job.ts';
import type { OpenImportStore, Uploads } from './import-store.ts';

export const createImportRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/imports',
  summary: 'Announce a file of products and get a URL to upload it to',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  idempotency: 'required',
  body: NewImport,
  response: Import.extend({ upload: Upload }),
  status: 201,
});

interface Deps {
  readonly imports: OpenImportStore;
  readonly uploads: Pick<Uploads, 'grant'>;
  readonly now: Clock;
}

/** Announces an import once per Idempotency-Key; a replay gets a new URL for the same import. */
export const createImport =
  ({ imports, uploads, now }: Deps): UseCase<typeof createImportRoute> =>
  async ({ body, caller, idempotency, traceId }) => {
    const { currencies, locales } = caller.settings;
    const store = imports(caller.tenant);
    const created: ImportJob = {
      ...body,
      id: importId.derive(caller.tenant, idempotency.scope),
      status: 'created',
      dryRun: false,
      progress: NO_PROGRESS,
      failure: null,
      createdAt: toInstant(now()),
      startedAt: null,
      finishedAt: null,
      version: 1,
      run: 0,
      nextSlice: 0,
      slices: 0,
      currency: Currency.parse(currencies[0]),
      currencies,
      locales,
      requestHash: idempotency.requestHash,
      actor: actorOf(caller),
      traceId,
    };
    const isNew = await store.create(created);
    const job = isNew ? created : ((await store.find(created.id)) ?? created);
    assertSameRequest(job.requestHash, idempotency);
    return {
      body: { ...importView(job), upload: await uploads.grant(caller.tenant, job, now()) },
      location: `/v1/catalog/imports/${job.id}`,
      replayed: !isNew,
    };
  };
