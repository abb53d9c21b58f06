import type { ImportId } from './ids.ts';
import type { ImportJob, ImportPlan, ImportRow } from './import-job.ts';
import { outcomesFor, pageOfReport } from './import-reports.ts';
import type { ImportStore, OpenImportStore } from './import-store.ts';

const memoryImports = (): ImportStore => {
  const jobs = new Map<ImportId, ImportJob>();
  const plans = new Map<string, ImportPlan>();
  const reports = new Map<string, readonly ImportRow[]>();
  const runOf = ({ id, run }: ImportJob): string => `${id} ${run}`;
  return {
    create: async (job) => {
      if (jobs.has(job.id)) return false;
      jobs.set(job.id, job);
      return true;
    },
    find: async (id) => jobs.get(id),
    save: async (before, after) => {
      if (jobs.get(before.id)?.version !== before.version) return false;
      jobs.set(after.id, after);
      return true;
    },
    savePlan: async (job, plan) => void plans.set(runOf(job), plan),
    findPlan: async (job) => plans.get(runOf(job)),
    saveRows: async (job, slice, rows) => void reports.set(`${runOf(job)} ${slice}`, rows),
    rows: (job, outcome, limit, from) =>
      pageOfReport(job.slices, limit, from, async (slices) =>
        slices.map((slice) => ({
          slice,
          rows: (reports.get(`${runOf(job)} ${slice}`) ?? []).filter((row) =>
            outcomesFor(outcome).includes(row.outcome),
          ),
        })),
      ),
  };
};

/** Imports in memory, for tests of use cases. */
export const memoryImportStore = (): OpenImportStore => {
  const tenants = new Map<string, ImportStore>();
  return (tenant) => {
    const store = tenants.get(tenant) ?? memoryImports();
    tenants.set(tenant, store);
    return store;
  };
};
