import type * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { FailImport, ImportRun } from './calls.ts';
import type { OpenImportStore } from './import-store.ts';
import { isUnderWay, moveImport } from './import-transitions.ts';

interface Deps {
  readonly imports: OpenImportStore;
  readonly now: Clock;
}

const FAILURE = {
  code: 'internal_error',
  message: 'The import stopped for a reason on our side. Start it again: what is imported already is not done twice.',
  line: null,
};

/** The end of a run whose steps kept failing: it is said so, and it can be started again. */
export const failImport =
  ({ imports, now }: Deps) =>
  async ({ tenant }: TenantCallContext, { importId, run }: ImportRun): Promise<z.input<typeof FailImport.output>> => {
    await moveImport(imports(tenant), importId, now, (before) =>
      isUnderWay(before, run) ? { status: 'failed', failure: FAILURE } : undefined,
    );
    return { status: 'ended' };
  };
