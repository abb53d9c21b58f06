import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { Callable, CallContext } from '../../lib/runtime/call.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { ApplyImport } from '../inventory/calls.ts';
import type { ImportRun, RunImport } from './calls.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { csvRows } from './csv-records.ts';
import { categoryResolver } from './import-categories.ts';
import { readHeader } from './import-columns.ts';
import type { StockLine } from './import-draft.ts';
import { type Group, groupRows } from './import-groups.ts';
import type { ImportJob, ImportPlan, ImportRow, Progress } from './import-job.ts';
import { type GroupResult, importSlice } from './import-slice.ts';
import type { OpenImportStore, Uploads } from './import-store.ts';
import { isUnderWay, moveImport } from './import-transitions.ts';
import { inParallel } from './in-parallel.ts';
import type { CategoryId } from './ids.ts';
import type { OpenProductStore } from './product-store.ts';

interface Deps {
  readonly imports: OpenImportStore;
  readonly uploads: Pick<Uploads, 'read'>;
  readonly products: OpenProductStore;
  readonly categories: OpenCategoryStore;
  readonly applyStock: Callable<typeof ApplyImport>;
  readonly newCategoryId: () => CategoryId;
  readonly now: Clock;
}

/** How long one invocation works before it hands back, so that a cancellation and a time-out are far from each other. */
const WORK_MS = 15_000;
/** Inventory's contract takes so many lines a call. */
const STOCK_LINES = 100;

type Ended = z.input<typeof RunImport.output>;

const chunksOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** A report has limits of its own: it points to a cell, it does not repeat it. */
const MAX_HANDLE = 80;
const MAX_MESSAGE = 200;

const rowsOf = ({ group, outcome, productId, problems }: GroupResult): ImportRow[] =>
  group.rows.map(({ line }) => {
    const problem = problems.find((one) => one.line === line);
    const other = outcome === 'failed' && problem === undefined;
    return {
      line,
      handle: group.handle.slice(0, MAX_HANDLE),
      outcome,
      productId,
      code: problem?.code ?? (other ? 'product_failed' : null),
      message:
        (problem?.message ?? (other ? 'Another row of the product is wrong.' : null))?.slice(0, MAX_MESSAGE) ?? null,
    };
  });

const progressAfter = (before: Progress, results: readonly GroupResult[]): Progress => {
  const count = (outcome: GroupResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  return {
    ...before,
    rows: before.rows + results.reduce((sum, { group }) => sum + group.size, 0),
    products: before.products + results.length,
    created: before.created + count('created'),
    updated: before.updated + count('updated'),
    unchanged: before.unchanged + count('unchanged'),
    failed: before.failed + count('failed'),
  };
};

const readGroups = async (
  uploads: Deps['uploads'],
  tenant: TenantCallContext['tenant'],
  job: ImportJob,
  plan: ImportPlan,
  columns: Parameters<typeof groupRows>[0],
): Promise<Group[]> => {
  const slice = plan.slices[job.nextSlice];
  if (slice === undefined) return [];
  const groups = groupRows(columns);
  const found: Group[] = [];
  const bytes = uploads.read(tenant, job.id, slice.start, slice.end);
  for await (const rows of csvRows(bytes, { offset: slice.start, line: slice.line })) found.push(...groups.push(rows));
  return [...found, ...groups.end()];
};

/**
 * Works on slice after slice for some seconds. A slice counts when the job says so; cut off before that, it is done
 * again, and then most of it turns out to be done already. A cancellation ends the run between two slices.
 */
export const runImport =
  ({ imports, uploads, products, categories, applyStock, newCategoryId, now }: Deps) =>
  async (context: TenantCallContext, { importId, run }: ImportRun): Promise<Ended> => {
    const { tenant } = context;
    const store = imports(tenant);
    const started = now().getTime();
    let job = await store.find(importId);
    const plan = job === undefined ? undefined : await store.findPlan(job);
    if (job === undefined || plan === undefined || !isUnderWay(job, run)) return { status: 'ended' };
    const header = readHeader(plan.header, job);
    if (!header.ok) throw new Error(`The plan of ${importId} has a header that cannot be read: ${header.message}`);
    const resolve = categoryResolver(categories(tenant), { newId: newCategoryId, now }, job.dryRun);
    const repeated = new Set(plan.repeated);
    const setStock = stockSetter(applyStock, context, importId);

    while (isUnderWay(job, run)) {
      if (job.status === 'cancelling') {
        await moveImport(store, importId, now, (before) =>
          isUnderWay(before, run) ? { status: 'cancelled' } : undefined,
        );
        return { status: 'ended' };
      }
      if (now().getTime() - started > WORK_MS) return { status: 'continue' };
      const stamp = { now: toInstant(now()), actor: job.actor, traceId: job.traceId };
      const groups = await readGroups(uploads, tenant, job, plan, header.columns);
      const deps = { products: products(tenant), resolve, setStock };
      const results = await importSlice(deps, { tenant, job, columns: header.columns, groups, repeated, stamp });
      const slice = job.nextSlice;
      await store.saveRows(job, slice, results.flatMap(rowsOf));
      job = await moveImport(store, importId, now, (before) => {
        // Another invocation of the same step may have been here already.
        if (!isUnderWay(before, run) || before.nextSlice !== slice) return undefined;
        const last = slice + 1 >= before.slices;
        return {
          progress: progressAfter(before.progress, results),
          nextSlice: slice + 1,
          ...(last ? { status: 'completed' } : {}),
        };
      });
    }
    return { status: 'ended' };
  };

const stockSetter =
  (applyStock: Deps['applyStock'], context: CallContext, source: ImportJob['id']) =>
  async (lines: readonly StockLine[]): Promise<void> => {
    await inParallel(chunksOf(lines, STOCK_LINES), 2, (some) =>
      applyStock(context, { source, lines: some.map((line) => ({ ...line })) }),
    );
  };
