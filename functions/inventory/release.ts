import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { SYSTEM_ACTOR, type TenantId } from '../../lib/runtime/tenant.ts';
import type { Release } from './calls.ts';
import type { ReservationStore } from './store.ts';

interface Deps {
  readonly reservations: ReservationStore;
  readonly now: Clock;
}

/** The call `release`. */
export const release =
  ({ reservations, now }: Deps) =>
  async (
    { tenant }: { readonly tenant: TenantId },
    { orderId }: z.output<typeof Release.input>,
  ): Promise<z.input<typeof Release.output>> => {
    await reservations.release(tenant, { orderId, at: toInstant(now()), actor: SYSTEM_ACTOR, restock: true });
    return { status: 'released' };
  };
