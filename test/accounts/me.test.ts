import { describe, expect, it } from 'vitest';
import { createAddress } from '../../functions/accounts/create-address.ts';
import { AddressId, AddressPatch, MAX_ADDRESSES } from '../../functions/accounts/customer-model.ts';
import { deleteAddress } from '../../functions/accounts/delete-address.ts';
import { getMe } from '../../functions/accounts/get-me.ts';
import { listAddresses } from '../../functions/accounts/list-addresses.ts';
import { updateAddress } from '../../functions/accounts/update-address.ts';
import { updateMe } from '../../functions/accounts/update-me.ts';
import { Address } from '../../functions/carts/calls.ts';
import { blank, claimsOf, customerOf, idempotencyOf, tenantA, tenantB, world, type World } from './fixtures.ts';

const loggedIn = async (w: World, email = 'ada@example.org', tenant = tenantA) => {
  await w.register(email, { email, password: 'correct horse', name: 'Ada' }, tenant);
  const { body } = await w.login(email, 'correct horse', tenant);
  return customerOf(tenant, claimsOf(body.accessToken).sub);
};
const home = Address.parse({ name: 'Ada L', line1: '1 Main St', line2: 'Rear', city: 'Bonn', country: 'DE' });

describe('the customer who is logged in', () => {
  it('sees and changes the own account, of the version that was read', async () => {
    const w = world();
    const caller = await loggedIn(w);
    const me = await getMe(w)({ ...blank, caller });
    expect(me).toMatchObject({ version: 1, body: { email: 'ada@example.org', name: 'Ada', locale: null } });
    const update = updateMe(w);
    w.pass(60);
    const changed = await update({ ...blank, caller, body: { locale: 'de' }, ifMatch: 1 });
    expect(changed).toMatchObject({ version: 2, body: { name: 'Ada', locale: 'de' } });
    expect(changed.body.updatedAt).not.toBe(me.body.updatedAt);
    expect(await update({ ...blank, caller, body: { locale: 'de' } })).toEqual(changed);
    expect((await update({ ...blank, caller, body: { name: null } })).body.name).toBeNull();
    await expect(update({ ...blank, caller, body: { name: 'X' }, ifMatch: 1 })).rejects.toMatchObject({ status: 412 });
  });

  it('is nobody in another shop', async () => {
    const w = world();
    const { actorId } = await loggedIn(w);
    const stranger = customerOf(tenantB, actorId);
    await expect(getMe(w)({ ...blank, caller: stranger })).rejects.toMatchObject({ code: 'customer_not_found' });
    await expect(listAddresses(w)({ ...blank, caller: stranger })).rejects.toMatchObject({ status: 404 });
  });
});

describe('the address book', () => {
  const setUp = async () => {
    const w = world();
    const caller = await loggedIn(w);
    const add = (key: string, body = home, by = caller) =>
      createAddress(w)({ ...blank, caller: by, body, idempotency: idempotencyOf(key, body) });
    const list = async () => (await listAddresses(w)({ ...blank, caller })).body.items;
    const at = (id: string, by = caller) => ({ ...blank, caller: by, params: { addressId: AddressId.parse(id) } });
    return { w, caller, add, list, at };
  };

  it('takes an address once per Idempotency-Key, as a cart takes it', async () => {
    const { add, list } = await setUp();
    const { body } = await add('1');
    expect(await add('1')).toEqual({ body, replayed: true });
    await expect(add('1', { ...home, city: 'Ulm' })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await add('2');
    expect(await list()).toHaveLength(2);
    const { id: _, ...address } = (await list())[0] ?? body;
    expect(Address.parse(address)).toEqual(home);
  });

  it('changes parts of an address, and takes optional ones away', async () => {
    const { w, add, list, at } = await setUp();
    const { body } = await add('1');
    const other = (await add('2')).body;
    const patch = AddressPatch.parse({ line2: null, city: 'Ulm', company: 'Alder' });
    const changed = await updateAddress(w)({ ...at(body.id), body: patch });
    expect(changed.body).toEqual({
      id: body.id,
      name: 'Ada L',
      company: 'Alder',
      line1: '1 Main St',
      city: 'Ulm',
      country: 'DE',
    });
    expect(await list()).toEqual([changed.body, other]);
    expect(AddressPatch.safeParse({ city: null }).success).toBe(false);
    expect(AddressPatch.safeParse({ id: other.id }).success).toBe(false);
  });

  it('loses a deleted address, once', async () => {
    const { w, add, list, at } = await setUp();
    const { body } = await add('1');
    await deleteAddress(w)(at(body.id));
    expect(await list()).toEqual([]);
    await expect(deleteAddress(w)(at(body.id))).rejects.toMatchObject({ code: 'address_not_found', status: 404 });
    await expect(updateAddress(w)({ ...at(body.id), body: {} })).rejects.toMatchObject({ code: 'address_not_found' });
  });

  it('has an end', async () => {
    const { add } = await setUp();
    for (let index = 0; index < MAX_ADDRESSES; index += 1) await add(`${index}`);
    await expect(add('one more')).rejects.toMatchObject({ code: 'too_many_addresses' });
    expect(await add('0')).toMatchObject({ replayed: true });
  });

  it("of another customer's is not there", async () => {
    const { w, add, list, at } = await setUp();
    const { body } = await add('1');
    const eve = await loggedIn(w, 'eve@example.org');
    await expect(deleteAddress(w)(at(body.id, eve))).rejects.toMatchObject({ code: 'address_not_found' });
    await expect(updateAddress(w)({ ...at(body.id, eve), body: { city: 'Ulm' } })).rejects.toMatchObject({
      status: 404,
    });
    expect(await list()).toEqual([body]);
  });
});
