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
/** While one slice waits for its stock, the other one's products are written. */
const SLICES_AT_ONCE = 2;
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
  slice: ImportPlan['slices'][number],
  columns: Parameters<typeof groupRows>[0],
): Promise<Group[]> => {
  const groups = groupRows(columns);
  const found: Group[] = [];
  const bytes = uploads.read(tenant, job.id, slice.start, slice.end);
  for await (const rows of csvRows(bytes, { offset: slice.start, line: slice.line })) found.push(...groups.push(rows));
  return [...found, ...groups.end()];
};

/**
 * Works on slice after slice, two at once, for some seconds. They count when the job says so; cut off before that, they
 * are done again, and then most of it turns out to be done already. A cancellation ends the run between slices.
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
    const resolve = oneAtATime(categoryResolver(categories(tenant), { newId: newCategoryId, now }, job.dryRun));
    const repeated = new Set(plan.repeated);
    const deps = { products: products(tenant), resolve, setStock: stockSetter(applyStock, context, importId) };

    while (isUnderWay(job, run)) {
      if (job.status === 'cancelling') {
        await moveImport(store, importId, now, (before) =>
          isUnderWay(before, run) ? { status: 'cancelled' } : undefined,
        );
        return { status: 'ended' };
      }
      if (now().getTime() - started > WORK_MS) return { status: 'continue' };
      const stamp = { now: toInstant(now()), actor: job.actor, traceId: job.traceId };
      const current = job;
      const first = job.nextSlice;
      const slices = plan.slices.slice(first, first + SLICES_AT_ONCE);
      const worked = await Promise.all(
        slices.map(async (slice, index) => {
          const groups = await readGroups(uploads, tenant, current, slice, header.columns);
          const input = { tenant, job: current, columns: header.columns, groups, repeated, stamp };
          const results = await importSlice(deps, input);
          await store.saveRows(current, first + index, results.flatMap(rowsOf));
          return results;
        }),
      );
      job = await moveImport(store, importId, now, (before) => {
        // Another invocation of the same step may have been here already.
        if (!isUnderWay(before, run) || before.nextSlice !== first) return undefined;
        const nextSlice = first + slices.length;
        return {
          progress: progressAfter(before.progress, worked.flat()),
          nextSlice,
          ...(nextSlice >= before.slices ? { status: 'completed' } : {}),
        };
      });
    }
    return { status: 'ended' };
  };

/** Two slices that need the same new category must not both try to make it. */
const oneAtATime = <Input, Result>(work: (input: Input) => Promise<Result>): ((input: Input) => Promise<Result>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const next = last.then(() => work(input));
    // Whoever asked for it hears of its failure; the next one only waits for its end.
    last = next.catch(() => undefined);
    return next;
  };
};

const stockSetter =
  (applyStock: Deps['applyStock'], context: CallContext, source: ImportJob['id']) =>
  async (lines: readonly StockLine[]): Promise<void> => {
    await inParallel(chunksOf(lines, STOCK_LINES), 2, (some) =>
      applyStock(context, { source, lines: some.map((line) => ({ ...line })) }),
    );
  };
