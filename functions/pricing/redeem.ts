import type * as z from 'zod';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Redeem, Unredeem } from './calls.ts';
import type { RedemptionStore } from './store.ts';

interface Deps {
  readonly redemptions: RedemptionStore;
}
interface Context {
  readonly tenant: TenantId;
}

/** The call `redeem`. An order without limited codes has nothing to count. */
export const redeem =
  ({ redemptions }: Deps) =>
  async ({ tenant }: Context, order: z.output<typeof Redeem.input>): Promise<z.input<typeof Redeem.output>> =>
    order.codes.length === 0 ? { status: 'redeemed' } : redemptions.redeem(tenant, order);

/** The call `unredeem`. */
export const unredeem =
  ({ redemptions }: Deps) =>
  async (
    { tenant }: Context,
    { orderId }: z.output<typeof Unredeem.input>,
  ): Promise<z.input<typeof Unredeem.output>> => {
    await redemptions.unredeem(tenant, orderId);
    return { status: 'released' };
  };
