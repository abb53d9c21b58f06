import type * as z from 'zod';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Unlock } from './calls.ts';
import type { CartStore } from './store.ts';

/** The call `unlock`. */
export const unlock =
  ({ carts }: { readonly carts: CartStore }) =>
  async (
    { tenant }: { readonly tenant: TenantId },
    { cartId, orderId }: z.output<typeof Unlock.input>,
  ): Promise<z.input<typeof Unlock.output>> => {
    await carts.unlock(tenant, cartId, orderId);
    return { status: 'unlocked' };
  };
