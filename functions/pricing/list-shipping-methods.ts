import type * as z from 'zod';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { ListShippingMethods } from './calls.ts';
import { methodsFor } from './shipping.ts';
import type { RulesStore } from './store.ts';

/** The call `list-shipping-methods`. */
export const listShippingMethods =
  ({ rules }: { readonly rules: RulesStore }) =>
  async (
    { tenant }: { readonly tenant: TenantId },
    { currency, shippingAddress }: z.output<typeof ListShippingMethods.input>,
  ): Promise<z.input<typeof ListShippingMethods.output>> => {
    const { shippingZones } = await rules.read(tenant);
    return { methods: methodsFor(shippingZones, shippingAddress, currency) };
  };
