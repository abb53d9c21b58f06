import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import type { OpenTenantDb } from '../../lib/runtime/db.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';

/** The providers at which a shop has an account of its own. The test provider needs none. */
export const AccountProvider = z.enum(['stripe']);
export type AccountProvider = z.output<typeof AccountProvider>;

/** A shop's account at a provider, as its staff see it: never the key itself. */
export const ProviderAccount = z
  .object({
    name: AccountProvider,
    mode: z.enum(['test', 'live']),
    keyHint: z.string().meta({ description: 'The last four characters of the secret key' }),
    updatedAt: Instant,
  })
  .meta({ id: 'ProviderAccount' });
export type ProviderAccount = z.output<typeof ProviderAccount>;

export const providerNotFound = defineError('provider_not_found', 404, 'There is no such payment provider');
export const providerNotConfigured = defineError('provider_not_configured', 404, 'The provider is not set up');

/** @throws provider_not_found (404) */
export const providerNamed = (name: string): AccountProvider => {
  const parsed = AccountProvider.safeParse(name);
  if (parsed.success) return parsed.data;
  const known = AccountProvider.options.join(', ');
  throw providerNotFound(`There is no payment provider of this name that can be set up. There is: ${known}.`);
};

/** The name of the secret with a tenant's key; `prefix` is the stage's. */
export const secretNameOf = (prefix: string, tenant: TenantId, name: AccountProvider): string =>
  `${prefix}${tenant}/${name}`;

/** What is known of the accounts of a tenant without their secrets. */
export interface ProviderAccounts {
  find(name: AccountProvider): Promise<ProviderAccount | undefined>;
  put(account: ProviderAccount): Promise<void>;
}

const accountKey = (name: AccountProvider) => ({ pk: key('provider', name), sk: 'account' });

export const dynamoProviderAccounts =
  (open: OpenTenantDb) =>
  (tenant: TenantId): ProviderAccounts => {
    const db = open(tenant);
    return {
      find: async (name) => {
        const item = await db.get(accountKey(name), { consistent: true });
        return item === undefined ? undefined : ProviderAccount.parse(item);
      },
      put: (account) => db.put({ ...accountKey(account.name), ...account }),
    };
  };
