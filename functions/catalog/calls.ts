import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { ImportId } from './ids.ts';

/** Which run of which import: the input of each step of the import's workflow. */
export const ImportRun = z.object({ importId: ImportId, run: z.number().int().min(1) });
export type ImportRun = z.output<typeof ImportRun>;

/** `continue`: there is more to do; `ended`: the run has come to its end, whichever. */
const Progressed = z.object({ status: z.enum(['continue', 'ended']) });

/** Reads the whole file once: is it what was announced, is it readable, where can it be cut? */
export const CheckImport = defineCall('catalog', 'check-import', ImportRun, Progressed, 300_000);

/** Works on the next slices of the plan, for some seconds. */
export const RunImport = defineCall('catalog', 'run-import', ImportRun, Progressed, 60_000);

/** Ends a run whose steps failed for a reason that is not in the file. */
export const FailImport = defineCall(
  'catalog',
  'fail-import',
  ImportRun,
  z.object({ status: z.literal('ended') }),
  10_000,
);
