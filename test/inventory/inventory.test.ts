import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { applyImport } from '../../functions/inventory/apply-import.ts';
import { createAdjustment, createAdjustmentRoute } from '../../functions/inventory/create-adjustment.ts';
import { createLocation } from '../../functions/inventory/create-location.ts';
import { deleteLocation } from '../../functions/inventory/delete-location.ts';
import { getAvailability, getAvailabilityRoute } from '../../functions/inventory/get-availability.ts';
import { getItem } from '../../functions/inventory/get-item.ts';
import { getLocation } from '../../functions/inventory/get-location.ts';
import { listLevels, listLevelsRoute } from '../../functions/inventory/list-levels.ts';
import { listLocations } from '../../functions/inventory/list-locations.ts';
import { listMovements } from '../../functions/inventory/list-movements.ts';
import { listReservations } from '../../functions/inventory/list-reservations.ts';
import { memoryInventory } from '../../functions/inventory/memory-inventory.ts';
import { locationId, LocationInput } from '../../functions/inventory/model.ts';
import { release } from '../../functions/inventory/release.ts';
import { reserve } from '../../functions/inventory/reserve.ts';
import { updateItem } from '../../functions/inventory/update-item.ts';
import { updateLocation } from '../../functions/inventory/update-location.ts';
import { AT, MAIN, orderOf, stocked, tenantA, tenantB, variantOf } from './fixtures.ts';

const staff = {
  kind: 'staff' as const,
  actorId: 'staff-1',
  credentialId: 'c',
  sessionId: 's',
  permissions: [],
  tenantStatus: 'active' as const,
  tenant: tenantA,
  settings: {
    country: 'DE',
    currencies: ['EUR'],
    locales: ['de'],
    timeZone: 'UTC',
    taxMode: 'inclusive' as const,
    capture: 'now' as const,
    orderPrefix: '',
  },
};
const theirs = { ...staff, tenant: tenantB };
const rest = {
  caller: staff,
  params: undefined,
  query: undefined,
  body: undefined,
  idempotency: undefined,
  ifMatch: undefined,
  guestToken: undefined,
  traceId: 't',
  requestId: 'r',
  sourceIp: '127.0.0.1',
};
const idempotencyOf = (key: string, requestHash = 'hash') => ({ key, scope: `scope-${key}`, requestHash });

const shop = () => {
  const stores = memoryInventory();
  const deps = { ...stores, now: () => new Date(AT) };
  return {
    ...stores,
    deps,
    adjust: (key: string, body: z.input<typeof createAdjustmentRoute.body>, hash?: string) =>
      createAdjustment(deps)({
        ...rest,
        body: createAdjustmentRoute.body.parse(body),
        idempotency: idempotencyOf(key, hash),
      }),
    locate: (key: string, facts: object = {}, hash?: string) =>
      createLocation(deps)({
        ...rest,
        body: LocationInput.parse({ name: key, ...facts }),
        idempotency: idempotencyOf(key, hash),
      }),
    levels: async (names: string[], location?: string) => {
      const query = listLevelsRoute.query.parse({ variantIds: names.map(variantOf).join(','), locationId: location });
      return (await listLevels(deps)({ ...rest, query })).body.items;
    },
    item: (name: string, caller = staff) => getItem(deps)({ ...rest, caller, params: { variantId: variantOf(name) } }),
  };
};
const a = variantOf('a');

describe('adjustments', () => {
  it('change the default location unless another is named, once per key', async () => {
    const { adjust, levels } = shop();
    const first = await adjust('k', { reason: 'received', lines: [{ variantId: a, delta: 5 }] });
    expect(first.body).toMatchObject({ reason: 'received', lines: [{ variantId: a, locationId: MAIN, delta: 5 }] });
    const second = await adjust('k', { reason: 'received', lines: [{ variantId: a, delta: 5 }] });
    expect(second).toMatchObject({ replayed: true, body: first.body });
    const other = adjust('k', { reason: 'received', lines: [{ variantId: a, delta: 6 }] }, 'other');
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await levels(['a'])).toEqual([
      { variantId: a, locationId: MAIN, available: 5, reserved: 0, onHand: 5, shipped: 0 },
    ]);
  });
  it('refuse unknown locations, the same place twice, and more than there is', async () => {
    const { adjust } = shop();
    const at = locationId.random();
    await expect(
      adjust('1', { reason: 'received', lines: [{ variantId: a, delta: 1, locationId: at }] }),
    ).rejects.toMatchObject({
      code: 'unknown_location',
      status: 422,
    });
    const twice = [
      { variantId: a, delta: 1 },
      { variantId: a, delta: 1, locationId: MAIN },
    ];
    await expect(adjust('2', { reason: 'received', lines: twice })).rejects.toMatchObject({ code: 'duplicate_line' });
    await expect(adjust('3', { reason: 'lost', lines: [{ variantId: a, delta: -1 }] })).rejects.toMatchObject({
      code: 'insufficient_stock',
      extensions: { lines: [{ variantId: a, requested: 1, available: 0 }] },
    });
  });
  it('have either delta or setTo, whole and within bounds', () => {
    const parse = (line: object) =>
      createAdjustmentRoute.body.safeParse({ reason: 'lost', lines: [{ variantId: a, ...line }] });
    expect(parse({ delta: -1 }).success).toBe(true);
    for (const line of [
      {},
      { delta: 1, setTo: 1 },
      { delta: 1.5 },
      { setTo: -1 },
      { delta: 1e12 },
      { delta: 1, x: 1 },
    ]) {
      expect(parse(line).success).toBe(false);
    }
    expect(
      createAdjustmentRoute.body.safeParse({ reason: 'import', lines: [{ variantId: a, delta: 1 }] }).success,
    ).toBe(false);
  });
});

describe('locations', () => {
  it('there is one from the start, which can be renamed but not deleted', async () => {
    const { deps } = shop();
    const listed = await listLocations(deps)({ ...rest, query: { limit: 20, cursor: undefined } });
    expect(listed.body).toMatchObject({ items: [{ id: MAIN, isDefault: true, version: 1 }], next: null });
    const params = { locationId: MAIN };
    const renamed = await updateLocation(deps)({ ...rest, params, body: { name: 'Berlin' }, ifMatch: 1 });
    expect(renamed).toMatchObject({ version: 2, body: { name: 'Berlin', isDefault: true, priority: 0 } });
    const deleting = deleteLocation(deps)({ ...rest, params, ifMatch: 2 });
    await expect(deleting).rejects.toMatchObject({ code: 'location_in_use' });
  });
  it('are made once per key, and deleted while nothing ever was there', async () => {
    const { deps, locate, adjust } = shop();
    const one = await locate('one', { priority: 5 });
    expect(await locate('one', { priority: 5 })).toMatchObject({ replayed: true, body: { id: one.body.id } });
    await expect(locate('one', {}, 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    const two = await locate('two');
    await adjust('k', { reason: 'received', lines: [{ variantId: a, delta: 1, locationId: two.body.id }] });
    const remove = (id: string) =>
      deleteLocation(deps)({ ...rest, params: { locationId: locationId.schema.parse(id) }, ifMatch: 1 });
    await remove(one.body.id);
    await expect(remove(one.body.id)).rejects.toMatchObject({ code: 'location_not_found' });
    await expect(remove(two.body.id)).rejects.toMatchObject({ code: 'location_in_use' });
  });
  it('are listed by priority, in pages, and not to others', async () => {
    const { deps, locate } = shop();
    for (const [name, priority] of [
      ['late', 300],
      ['soon', 5],
    ] as const)
      await locate(name, { priority });
    const first = await listLocations(deps)({ ...rest, query: { limit: 2, cursor: undefined } });
    expect(first.body.items.map(({ name }) => name)).toEqual(['Main location', 'soon']);
    const second = await listLocations(deps)({ ...rest, query: { limit: 2, cursor: first.body.next ?? '' } });
    expect(second.body).toMatchObject({ items: [{ name: 'late' }], next: null });
    const id = locationId.schema.parse(first.body.items[1]?.id);
    const peek = getLocation(deps)({ ...rest, caller: theirs, params: { locationId: id } });
    await expect(peek).rejects.toMatchObject({ code: 'location_not_found' });
  });
  it('change at the version that was seen', async () => {
    const { deps, locate } = shop();
    const { body } = await locate('one');
    const params = { locationId: locationId.schema.parse(body.id) };
    const change = (ifMatch: number) => updateLocation(deps)({ ...rest, params, body: { priority: 1 }, ifMatch });
    await change(1);
    await expect(change(1)).rejects.toMatchObject({ code: 'version_mismatch' });
  });
});

describe('items', () => {
  it("say how stock is kept, change at the version that was seen, and are nobody else's", async () => {
    const { stock, item, deps } = shop();
    await stock.ensure(tenantA, a, AT);
    expect(await item('a')).toMatchObject({ version: 1, body: { tracked: true, policy: 'deny' } });
    await expect(item('a', theirs)).rejects.toMatchObject({ code: 'inventory_item_not_found', status: 404 });
    const change = (ifMatch: number, name = 'a') =>
      updateItem(deps)({ ...rest, params: { variantId: variantOf(name) }, body: { policy: 'continue' }, ifMatch });
    expect(await change(1)).toMatchObject({ version: 2, body: { tracked: true, policy: 'continue' } });
    await expect(change(1)).rejects.toMatchObject({ code: 'version_mismatch' });
    await expect(change(1, 'b')).rejects.toMatchObject({ code: 'inventory_item_not_found' });
  });
  it('levels can be asked for one location', async () => {
    const { adjust, locate, levels } = shop();
    const second = (await locate('second')).body.id;
    await adjust('k', {
      reason: 'received',
      lines: [
        { variantId: a, delta: 1 },
        { variantId: a, delta: 2, locationId: locationId.schema.parse(second) },
      ],
    });
    expect((await levels(['a', 'none'])).map(({ available }) => available)).toEqual([1, 2]);
    expect((await levels(['a'], second)).map(({ available }) => available)).toEqual([2]);
  });
  it('shoppers hear whether a thing can be had, never how many there are', async () => {
    const { deps, stock } = shop();
    const line = (name: string, tracked: boolean, policy: 'deny' | 'continue', quantity: number) => ({
      variantId: variantOf(name),
      tracked,
      policy,
      quantity,
    });
    const lines = [
      line('many', true, 'deny', 6),
      line('few', true, 'deny', 5),
      line('none', true, 'deny', 0),
      line('later', true, 'continue', 0),
      line('free', false, 'deny', 0),
    ];
    await stock.applyImport(tenantA, { source: 'i', lines, traceId: 't', at: AT });
    const names = ['many', 'few', 'none', 'later', 'free', 'unknown'];
    const query = getAvailabilityRoute.query.parse({ variantIds: names.map(variantOf).join(',') });
    const { body } = await getAvailability(deps)({ ...rest, query });
    expect(body.items).toEqual(
      ['in_stock', 'low', 'out', 'backorder', 'in_stock'].map((status, index) => ({
        variantId: variantOf(names[index] ?? ''),
        status,
      })),
    );
    expect((await getAvailability(deps)({ ...rest, caller: theirs, query })).body.items).toEqual([]);
  });
  it('at most 100 can be asked for at once', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => variantOf(`${index}`)).join(',');
    expect(getAvailabilityRoute.query.safeParse({ variantIds: ids(100) }).success).toBe(true);
    expect(getAvailabilityRoute.query.safeParse({ variantIds: ids(101) }).success).toBe(false);
    expect(getAvailabilityRoute.query.safeParse({ variantIds: '' }).success).toBe(false);
    expect(getAvailabilityRoute.query.safeParse({ variantIds: 'var_1' }).success).toBe(false);
  });
});

describe('the calls', () => {
  it('reserve merges equal variants, and takes 500 different ones but not 501', async () => {
    const { deps, stock, levels } = shop();
    await stocked(stock, [['a', 5]]);
    const call = (order: string, lines: { variantId: string; quantity: number }[]) =>
      reserve(deps)({ tenant: tenantA }, { orderId: orderOf(order), lines });
    const twice = [
      { variantId: a, quantity: 2 },
      { variantId: a, quantity: 2 },
    ];
    expect(await call('1', twice)).toEqual({ status: 'reserved' });
    expect(await levels(['a'])).toMatchObject([{ available: 1, reserved: 4 }]);
    expect(await call('2', twice)).toEqual({
      status: 'out_of_stock',
      lines: [{ variantId: a, requested: 4, available: 1 }],
    });
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ variantId: variantOf(`v${index}`), quantity: 1 }));
    await stocked(
      stock,
      many(500).map((_, index) => [`v${index}`, 1] as const),
    );
    expect(await call('3', many(501))).toEqual({ status: 'too_many_lines' });
    expect(await call('4', [...many(500), ...many(1)])).toMatchObject({ status: 'out_of_stock' });
    expect(await call('5', many(500))).toEqual({ status: 'reserved' });
  });
  it('release gives back, and merchants see what an order holds', async () => {
    const { deps, stock } = shop();
    await stocked(stock, [['a', 5]]);
    const orderId = orderOf('1');
    const seen = async (caller = staff) =>
      (await listReservations(deps)({ ...rest, caller, query: { orderId } })).body.items;
    expect(await seen()).toEqual([]);
    await reserve(deps)({ tenant: tenantA }, { orderId, lines: [{ variantId: a, quantity: 2 }] });
    expect(await seen()).toMatchObject([{ orderId, state: 'held', lines: [{ variantId: a, quantity: 2 }] }]);
    expect(await seen(theirs)).toEqual([]);
    expect(await release(deps)({ tenant: tenantA }, { orderId })).toEqual({ status: 'released' });
    expect(await seen()).toMatchObject([{ state: 'released' }]);
  });
  it('of two lines of an import for one variant the last counts, and the ledger names the import', async () => {
    const { deps, levels } = shop();
    const line = { variantId: a, tracked: true, policy: 'deny' as const };
    const lines = [
      { ...line, quantity: 3 },
      { ...line, quantity: 4 },
    ];
    const source = orderOf('an-import');
    expect(await applyImport(deps)({ tenant: tenantA, traceId: 't' }, { source, lines })).toEqual({
      status: 'applied',
      changed: 1,
    });
    expect(await levels(['a'])).toMatchObject([{ available: 4 }]);
    const query = { variantId: a, from: undefined, limit: 20, cursor: undefined };
    const { body } = await listMovements(deps)({ ...rest, query });
    expect(body).toMatchObject({ items: [{ delta: 4, reason: 'import' }], next: null });
  });
});
