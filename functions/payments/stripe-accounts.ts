import type { NamedSecrets } from '../../lib/runtime/clients/named-secrets.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { secretNameOf } from './provider-account.ts';
import { StripeAccount, type StripeApi } from './stripe-api.ts';

/** A key that was changed is used for so long at most; so it says where the key is set. */
const CACHED_MS = 60_000;
const MAX_KEPT = 500;

interface Deps {
  readonly secrets: NamedSecrets;
  readonly secretPrefix: string;
  readonly connect: (account: StripeAccount) => StripeApi;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The accounts of tenants at Stripe, read when they are used and kept for a minute.
 * @throws temporarily_unavailable (503) when the secret cannot be read
 */
export const stripeAccounts = ({ secrets, secretPrefix, connect, now }: Deps) => {
  const kept = new Map<TenantId, { readonly api: StripeApi; readonly until: number }>();
  return (tenant: TenantId) => async (): Promise<StripeApi | undefined> => {
    const known = kept.get(tenant);
    if (known !== undefined && now() < known.until) return known.api;
    kept.delete(tenant);
    const text = await secrets.read(secretNameOf(secretPrefix, tenant, 'stripe')).catch((cause: unknown) => {
      throw temporarilyUnavailable("The shop's key for Stripe cannot be read just now. Try again in a moment.", {
        retryAfter: 2,
        cause,
      });
    });
    if (text === undefined) return undefined;
    const api = connect(StripeAccount.parse(JSON.parse(text)));
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(tenant, { api, until: now() + CACHED_MS });
    return api;
  };
};
