import { assertSameRequest } from '../../lib/runtime/api.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Address } from '../carts/calls.ts';
import { changePerson, type ChangePersonDeps } from './change-person.ts';
import { addressId, MAX_ADDRESSES, SavedAddress, toSavedAddress } from './customer-model.ts';
import { addressNotFound, customerNotFound, tooManyAddresses } from './model.ts';

export const createAddressRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/customers/me/addresses',
  summary: "Add an address to the customer's address book",
  callers: ['customer'],
  idempotency: 'required',
  body: Address,
  response: SavedAddress,
  status: 201,
  errors: [customerNotFound, tooManyAddresses],
});

/** Adds an address, once per Idempotency-Key. */
export const createAddress = (deps: ChangePersonDeps): UseCase<typeof createAddressRoute> => {
  const change = changePerson(deps);
  return async ({ caller, body, idempotency }) => {
    const id = addressId.derive(caller.tenant, idempotency.scope);
    let replayed = false;
    const person = await change(caller, (current) => {
      const earlier = current.addresses.find((address) => address.id === id);
      replayed = earlier !== undefined;
      if (earlier !== undefined) {
        assertSameRequest(earlier.requestHash, idempotency);
        return current;
      }
      if (current.addresses.length >= MAX_ADDRESSES) {
        throw tooManyAddresses(`An address book has ${MAX_ADDRESSES} addresses at most. Delete one first.`);
      }
      const address = { ...body, id, requestHash: idempotency.requestHash };
      return { ...current, addresses: [...current.addresses, address] };
    });
    const address = person.addresses.find((candidate) => candidate.id === id);
    if (address === undefined) throw addressNotFound('The address was deleted meanwhile.');
    return { body: toSavedAddress(address), replayed };
  };
};
