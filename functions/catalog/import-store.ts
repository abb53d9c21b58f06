import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { ImportId } from './ids.ts';
import type { ImportJob, ImportPlan, ImportRow, Outcome } from './import-job.ts';
import type { Page, Position } from './page.ts';

/** One tenant's imports. */
export interface ImportStore {
  /** False when there is one with this id. */
  create(job: ImportJob): Promise<boolean>;
  find(id: ImportId): Promise<ImportJob | undefined>;
  /** Writes `after` in place of exactly `before`; false when it is not as it was any more. */
  save(before: ImportJob, after: ImportJob): Promise<boolean>;
  savePlan(job: ImportJob, plan: ImportPlan): Promise<void>;
  findPlan(job: ImportJob): Promise<ImportPlan | undefined>;
  /** The report on one slice; written again it is the same. */
  saveRows(job: ImportJob, slice: number, rows: readonly ImportRow[]): Promise<void>;
  /** The report of the job's run, by line. */
  rows(
    job: ImportJob,
    outcome: Outcome | undefined,
    limit: number,
    from: Position | undefined,
  ): Promise<Page<ImportRow>>;
}
export type OpenImportStore = (tenant: TenantId) => ImportStore;

/** The uploaded files. A key is `imports/<tenant>/<import>`, so a file of another tenant cannot be named. */
export interface Uploads {
  /** Who may PUT exactly these bytes, and until when. */
  grant(tenant: TenantId, job: ImportJob, now: Date): Promise<import('./import-job.ts').Upload>;
  /** Bytes; undefined when nothing was uploaded. */
  size(tenant: TenantId, id: ImportId): Promise<number | undefined>;
  /** The bytes from `start` up to (not with) `end`. */
  read(tenant: TenantId, id: ImportId, start: number, end: number): AsyncIterable<Uint8Array>;
}
