import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Me, toMe } from './customer-model.ts';
import type { CustomerStore } from './customer-store.ts';
import { CustomerId, customerNotFound } from './model.ts';

export const getMeRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/customers/me',
  summary: 'Get the customer who is logged in',
  callers: ['customer'],
  response: Me,
  status: 200,
  errors: [customerNotFound],
});

export const getMe =
  ({ customers }: { readonly customers: CustomerStore }): UseCase<typeof getMeRoute> =>
  async ({ caller }) => {
    const person = await customers.person(caller.tenant, CustomerId.parse(caller.actorId));
    if (person === undefined) throw customerNotFound('Your account is gone.');
    return { body: toMe(person), version: person.version };
  };
