import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Registration } from './customer-model.ts';
import type { CustomerStore } from './customer-store.ts';
import { seal } from './key-set.ts';
import type { ReadKeySet } from './key-vault.ts';
import { customerId, emailHash } from './model.ts';
import type { Passwords } from './password.ts';

export const registerCustomerRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/customers',
  summary: 'Register a customer',
  callers: ['publishable'],
  idempotency: 'required',
  body: Registration,
  response: z.object({ status: z.literal('accepted') }),
  status: 202,
});

export interface RegisterCustomerDeps {
  readonly customers: CustomerStore;
  readonly passwords: Passwords;
  readonly readKeySet: ReadKeySet;
  readonly now: Clock;
}

/**
 * Registers a customer, unless the email has an account: the answer and the work are the same in both cases, so that
 * nobody learns from them who is a customer. What was asked for is remembered as a keyed hash: the request has the
 * password in it, and a plain hash of that could be guessed at.
 */
export const registerCustomer =
  ({ customers, passwords, readKeySet, now }: RegisterCustomerDeps): UseCase<typeof registerCustomerRoute> =>
  async ({ caller, body, idempotency }) => {
    const { tenant } = caller;
    const id = customerId.derive(tenant, idempotency.scope);
    const at = now();
    const proof = seal(await readKeySet(), 'registration', idempotency.requestHash).toString('hex');
    const passwordHash = await passwords.hash(body.password);
    const earlier = await customers.remember(tenant, id, { proof, at });
    if (earlier !== undefined) assertSameRequest(earlier, { ...idempotency, requestHash: proof });

    await customers.register(tenant, emailHash(tenant, body.email), {
      account: { customerId: id, status: 'active', epoch: 0, createdAt: toInstant(at) },
      person: {
        customerId: id,
        email: body.email,
        name: body.name ?? null,
        locale: body.locale ?? null,
        addresses: [],
        version: 1,
        createdAt: toInstant(at),
        updatedAt: toInstant(at),
      },
      passwordHash,
    });
    return { body: { status: 'accepted' }, replayed: earlier !== undefined };
  };
