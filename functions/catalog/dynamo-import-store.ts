import * as z from 'zod';
import type { Key, OpenTenantDb, TenantDb } from '../../lib/runtime/db.ts';
import { ConditionFailed } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { ImportId } from './ids.ts';
import { ImportJob, ImportPlan, ImportRow, type Outcome } from './import-job.ts';
import { outcomesFor, pageOfReport } from './import-reports.ts';
import type { ImportStore, OpenImportStore } from './import-store.ts';

const jobKey = (id: ImportId): Key => ({ pk: key('import', id), sk: 'job' });
const planKey = ({ id, run }: ImportJob): Key => ({ pk: key('import', id), sk: key('plan', run) });
const rowsKey = ({ id, run }: ImportJob, outcome: Outcome, slice: number): Key => ({
  pk: key('import', id),
  sk: key('rows', run, outcome, slice),
});
const Chunk = z.object({ slice: z.number().int(), rows: z.array(ImportRow) });

/** Half a year: DynamoDB's TTL takes a report away that nobody will read any more. */
const KEEP_SECONDS = 180 * 24 * 3600;
const ttlOf = (job: ImportJob): number => Math.floor(new Date(job.createdAt).getTime() / 1000) + KEEP_SECONDS;

/** Does a conditional write; false when its condition did not hold. */
const held = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};

const open = (db: TenantDb): ImportStore => ({
  create: (job) => held(db.put({ ...jobKey(job.id), ...job }, { expression: 'attribute_not_exists(pk)' })),
  find: async (id) => {
    const item = await db.get(jobKey(id), { consistent: true });
    return item === undefined ? undefined : ImportJob.parse(item);
  },
  save: (before, after) =>
    held(
      db.put(
        { ...jobKey(after.id), ...after },
        { expression: '#version = :version', names: { '#version': 'version' }, values: { ':version': before.version } },
      ),
    ),
  savePlan: (job, plan) => db.put({ ...planKey(job), ...plan, ttl: ttlOf(job) }),
  findPlan: async (job) => {
    const item = await db.get(planKey(job), { consistent: true });
    return item === undefined ? undefined : ImportPlan.parse(item);
  },
  saveRows: async (job, slice, rows) => {
    const byOutcome = Map.groupBy(rows, (row) => row.outcome);
    // All outcomes at once: a slice that is done again replaces what an attempt before it said.
    await db.transact(
      outcomesFor(undefined).map((outcome) => {
        const chunk = byOutcome.get(outcome);
        const at = rowsKey(job, outcome, slice);
        return chunk === undefined ? { delete: at } : { put: { ...at, slice, rows: chunk, ttl: ttlOf(job) } };
      }),
    );
  },
  rows: (job, outcome, limit, from) =>
    pageOfReport(job.slices, limit, from, async (slices) => {
      const keys = slices.flatMap((slice) => outcomesFor(outcome).map((one) => rowsKey(job, one, slice)));
      return (await db.batchGet(keys, { consistent: true })).map((item) => Chunk.parse(item));
    }),
});

export const dynamoImportStore =
  (open_: OpenTenantDb): OpenImportStore =>
  (tenant) =>
    open(open_(tenant));
