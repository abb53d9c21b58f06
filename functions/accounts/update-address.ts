import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { changePerson, type ChangePersonDeps } from './change-person.ts';
import { AddressId, AddressPatch, SavedAddress, toSavedAddress } from './customer-model.ts';
import { addressNotFound, customerNotFound } from './model.ts';

export const updateAddressRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/accounts/customers/me/addresses/{addressId}',
  summary: "Change an address of the customer's",
  callers: ['customer'],
  params: z.strictObject({ addressId: AddressId }),
  body: AddressPatch,
  response: SavedAddress,
  status: 200,
  errors: [customerNotFound, addressNotFound],
});

/** Applies a merge patch to an address: null takes an optional part away. */
export const updateAddress = (deps: ChangePersonDeps): UseCase<typeof updateAddressRoute> => {
  const change = changePerson(deps);
  return async ({ caller, params, body }) => {
    const person = await change(caller, (current) => {
      if (!current.addresses.some(({ id }) => id === params.addressId)) {
        throw addressNotFound(`You have no address with the id ${params.addressId}.`);
      }
      return {
        ...current,
        addresses: current.addresses.map((address) => {
          if (address.id !== params.addressId) return address;
          const merged = Object.entries(Object.assign({}, address, body)).filter(([, value]) => value !== null);
          const { requestHash } = address;
          return { ...SavedAddress.parse(withoutHash(Object.fromEntries(merged))), requestHash };
        }),
      };
    });
    const address = person.addresses.find(({ id }) => id === params.addressId);
    if (address === undefined) throw addressNotFound(`You have no address with the id ${params.addressId}.`);
    return { body: toSavedAddress(address) };
  };
};

const withoutHash = ({ requestHash: _, ...address }: Record<string, unknown>): Record<string, unknown> => address;
