import type * as z from 'zod';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import type { Void } from './calls.ts';
import { release, type SettleDeps } from './settle.ts';

/** The call `void`: the undo of `authorize`. */
export const voidPayment =
  (deps: SettleDeps) =>
  async (
    { tenant, traceId }: TenantCallContext,
    order: z.output<typeof Void.input>,
  ): Promise<z.output<typeof Void.output>> => {
    const record = await release(deps, { tenant, traceId, actor: SYSTEM_ACTOR }, order);
    if (record === 'closed') return { status: 'nothing' };
    return { status: record.status === 'captured' ? 'captured' : 'voided' };
  };
