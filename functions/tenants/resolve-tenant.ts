import type * as z from 'zod';
import type { CallContext } from '../../lib/runtime/call.ts';
import { factsOf } from './admission.ts';
import type { ResolveTenant } from './calls.ts';
import type { TenantStore } from './tenant-store.ts';

/** What the authorizer must know of the tenant of a verified token. */
export const resolveTenant =
  ({ tenants }: { readonly tenants: TenantStore }) =>
  async (
    _context: CallContext,
    { tenant }: z.output<typeof ResolveTenant.input>,
  ): Promise<z.input<typeof ResolveTenant.output>> => {
    const facts = factsOf(await tenants.find(tenant));
    return facts === undefined ? { status: 'unknown' } : { status: 'found', ...facts };
  };
