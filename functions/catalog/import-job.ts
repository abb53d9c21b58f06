import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { ImportId, ProductId } from './ids.ts';

/** Bytes of a file. */
export const MAX_IMPORT_BYTES = 100 * 1024 * 1024;

export const NewImport = z.strictObject({
  format: z.literal('shopify'),
  filename: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}/\\]+$/u, 'must be a file name without folders'),
  size: z.number().int().min(1).max(MAX_IMPORT_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
});

/**
 * `created` waits for the upload and the start, `running` and `cancelling` are worked on, the others are the end of a
 * run; after a dry run, a failure or a cancellation it can be started again.
 */
export const ImportStatus = z.enum(['created', 'running', 'cancelling', 'completed', 'failed', 'cancelled']);

export const Outcome = z.enum(['created', 'updated', 'unchanged', 'failed']);
export type Outcome = z.output<typeof Outcome>;

/** Rows count lines of the table without the first; the other numbers count products. */
export const Progress = z.object({
  rows: z.number().int(),
  totalRows: z.number().int().nullable(),
  products: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  failed: z.number().int(),
});
export type Progress = z.output<typeof Progress>;
export const NO_PROGRESS: Progress = {
  rows: 0,
  totalRows: null,
  products: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
};

/** Why a whole run failed; `line` where one line is to blame. */
export const Failure = z.object({ code: z.string(), message: z.string(), line: z.number().int().nullable() });
export type Failure = z.output<typeof Failure>;

/** An import as the API answers it. */
export const Import = z.object({
  id: ImportId,
  status: ImportStatus,
  format: z.literal('shopify'),
  filename: z.string(),
  size: z.number().int(),
  sha256: z.string(),
  dryRun: z.boolean(),
  progress: Progress,
  failure: Failure.nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
});

/** How the file is to be uploaded: a PUT with exactly these headers. */
export const Upload = z.object({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  expiresAt: Instant,
});
export type Upload = z.output<typeof Upload>;

/** An import as it is stored. */
export const ImportJob = Import.extend({
  version: z.number().int(),
  /** Counts starts: each run has a plan and a report of its own. */
  run: z.number().int(),
  /** The next slice of the plan; what comes before is done and counted. */
  nextSlice: z.number().int(),
  slices: z.number().int(),
  /** The shop's settings when the import was made. */
  currency: Currency,
  currencies: z.array(z.string()),
  locales: z.array(z.string()),
  requestHash: z.string(),
  actor: Actor,
  traceId: z.string(),
});
export type ImportJob = z.output<typeof ImportJob>;

export const importView = (job: ImportJob): z.input<typeof Import> => {
  const { id, status, format, filename, size, sha256, dryRun, progress, failure } = job;
  const { createdAt, startedAt, finishedAt } = job;
  return { id, status, format, filename, size, sha256, dryRun, progress, failure, createdAt, startedAt, finishedAt };
};

/** What became of one row. */
export const ImportRow = z.object({
  line: z.number().int(),
  handle: z.string(),
  outcome: Outcome,
  productId: ProductId.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
});
export type ImportRow = z.output<typeof ImportRow>;

/**
 * How a file is worked on: in slices of whole products, each a range of bytes. Made by one reading of the whole file,
 * so that every later step can begin anywhere.
 */
export const ImportPlan = z.object({
  header: z.array(z.string()),
  slices: z.array(z.object({ start: z.number().int(), end: z.number().int(), line: z.number().int() })),
  /** Lines on which a product begins that was in the file before. */
  repeated: z.array(z.number().int()),
});
export type ImportPlan = z.output<typeof ImportPlan>;
