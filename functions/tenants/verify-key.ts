import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { CallContext } from '../../lib/runtime/call.ts';
import { factsOf } from './admission.ts';
import type { VerifyKey } from './calls.ts';
import type { KeyStore } from './key-store.ts';
import type { TenantStore } from './tenant-store.ts';

export interface VerifyKeyDeps {
  readonly keys: KeyStore;
  readonly tenants: TenantStore;
  readonly now: Clock;
}

/** Whose key this is: one read by its hash, one of the tenant. Expiry is decided here, not by what is still stored. */
export const verifyKey =
  ({ keys, tenants, now }: VerifyKeyDeps) =>
  async (
    _context: CallContext,
    { keyHash }: z.output<typeof VerifyKey.input>,
  ): Promise<z.input<typeof VerifyKey.output>> => {
    const found = await keys.findByHash(keyHash);
    if (found === undefined || (found.expiresAt !== null && found.expiresAt <= toInstant(now()))) {
      return { status: 'unknown' };
    }
    const { tenant, kind, keyId, permissions } = found;
    const facts = factsOf(await tenants.find(tenant));
    return facts === undefined
      ? { status: 'unknown' }
      : { status: 'found', kind, keyId, tenant, permissions, ...facts };
  };
