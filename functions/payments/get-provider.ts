import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import {
  ProviderAccount,
  type ProviderAccounts,
  providerNamed,
  providerNotConfigured,
  providerNotFound,
} from './provider-account.ts';

export const ProviderParams = z.strictObject({ name: z.string().max(40) });

export const getProviderRoute = defineRoute({
  method: 'GET',
  path: '/v1/payments/providers/{name}',
  summary: "The shop's account at a payment provider, without its secrets",
  callers: ['secret', 'staff'],
  permission: 'payments:read',
  params: ProviderParams,
  response: ProviderAccount,
  status: 200,
  errors: [providerNotFound, providerNotConfigured],
});

export const getProvider =
  ({ accounts }: { readonly accounts: (tenant: TenantId) => ProviderAccounts }): UseCase<typeof getProviderRoute> =>
  async ({ caller, params }) => {
    const name = providerNamed(params.name);
    const account = await accounts(caller.tenant).find(name);
    if (account === undefined) {
      throw providerNotConfigured(`The shop has set no key for ${name}. Send it by PUT to this path.`);
    }
    return { body: account };
  };
