import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { SavedAddress, toSavedAddress } from './customer-model.ts';
import type { CustomerStore } from './customer-store.ts';
import { CustomerId, customerNotFound } from './model.ts';

export const listAddressesRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/customers/me/addresses',
  summary: "List the customer's addresses",
  callers: ['customer'],
  response: z.object({ items: z.array(SavedAddress), next: z.null() }),
  status: 200,
  errors: [customerNotFound],
});

/** An address book has 20 entries at most: one page. */
export const listAddresses =
  ({ customers }: { readonly customers: CustomerStore }): UseCase<typeof listAddressesRoute> =>
  async ({ caller }) => {
    const person = await customers.person(caller.tenant, CustomerId.parse(caller.actorId));
    if (person === undefined) throw customerNotFound('Your account is gone.');
    return { body: { items: person.addresses.map(toSavedAddress), next: null } };
  };
