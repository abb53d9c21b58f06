import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { changePerson, type ChangePersonDeps } from './change-person.ts';
import { AddressId } from './customer-model.ts';
import { addressNotFound, customerNotFound } from './model.ts';

export const deleteAddressRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/accounts/customers/me/addresses/{addressId}',
  summary: "Delete an address of the customer's",
  callers: ['customer'],
  params: z.strictObject({ addressId: AddressId }),
  status: 204,
  errors: [customerNotFound, addressNotFound],
});

export const deleteAddress = (deps: ChangePersonDeps): UseCase<typeof deleteAddressRoute> => {
  const change = changePerson(deps);
  return async ({ caller, params }) => {
    await change(caller, (current) => {
      const addresses = current.addresses.filter(({ id }) => id !== params.addressId);
      if (addresses.length < current.addresses.length) return { ...current, addresses };
      throw addressNotFound(`You have no address with the id ${params.addressId}.`);
    });
    return { body: undefined };
  };
};
