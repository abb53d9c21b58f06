import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { temporarilyUnavailable, unprocessable } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { ProviderParams } from './get-provider.ts';
import {
  ProviderAccount,
  type ProviderAccounts,
  providerNamed,
  providerNotFound,
  secretNameOf,
} from './provider-account.ts';
import type { StripeAccount } from './stripe-api.ts';

/** A secret or restricted key, as Stripe makes them. */
const StripeKey = z
  .string()
  .regex(/^(?:sk|rk)_(?:test|live)_[A-Za-z0-9]{8,240}$/, 'must be a secret or restricted key of Stripe');

export const putProviderRoute = defineRoute({
  method: 'PUT',
  path: '/v1/payments/providers/{name}',
  summary: "Set the key of the shop's account at a payment provider; it is used within a minute and never shown again",
  callers: ['secret', 'staff'],
  permission: 'payments:write',
  params: ProviderParams,
  body: z.strictObject({
    secretKey: StripeKey,
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(200)
      .optional()
      .meta({
        description: "Another address than the provider's own; only where the cloud itself is a local one",
      }),
  }),
  response: ProviderAccount,
  status: 200,
  errors: [providerNotFound, unprocessable, temporarilyUnavailable],
});

interface Deps {
  readonly accounts: (tenant: TenantId) => ProviderAccounts;
  readonly secrets: { write(name: string, value: string): Promise<void> };
  readonly secretPrefix: string;
  /** Is AWS itself a local cloud here? Then a provider may be one, too. */
  readonly isLocal: boolean;
  readonly now: Clock;
}

/** The secret first: what is shown is never ahead of what is used. */
export const putProvider =
  ({ accounts, secrets, secretPrefix, isLocal, now }: Deps): UseCase<typeof putProviderRoute> =>
  async ({ caller, params, body }) => {
    const name = providerNamed(params.name);
    const { secretKey, baseUrl } = body;
    if (baseUrl !== undefined && !isLocal) {
      throw unprocessable("Payments are sent to the provider's own address only. Leave baseUrl out.");
    }
    const secret: StripeAccount = { secretKey, baseUrl: baseUrl ?? null };
    await secrets.write(secretNameOf(secretPrefix, caller.tenant, name), JSON.stringify(secret)).catch((cause) => {
      throw temporarilyUnavailable('The key could not be kept just now. Send it again in a moment.', {
        retryAfter: 2,
        cause,
      });
    });
    const account: ProviderAccount = {
      name,
      mode: secretKey.includes('_live_') ? 'live' : 'test',
      keyHint: secretKey.slice(-4),
      updatedAt: toInstant(now()),
    };
    await accounts(caller.tenant).put(account);
    return { body: account };
  };
