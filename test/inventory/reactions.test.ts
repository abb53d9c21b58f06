import { expect, it } from 'vitest';
import { VariantCreated, VariantDeleted, VariantUpdated } from '../../functions/catalog/events.ts';
import { memoryInventory } from '../../functions/inventory/memory-inventory.ts';
import { commitStock, releaseStock, restock, shipStock } from '../../functions/inventory/on-order-event.ts';
import { makeItem, retireItem } from '../../functions/inventory/on-variant-event.ts';
import { toEvents } from '../../functions/inventory/to-events.ts';
import { orderEvent } from '../carts/order-event.ts';
import { ACTOR, AT, countsOf, ledgerOf, linesOf, MAIN, orderOf, stocked, tenantA, variantOf } from './fixtures.ts';

const event = (type: string, facts: { readonly restock?: boolean } = {}) => {
  const base = orderEvent(type, 'cart', orderOf('1'));
  return { ...base, detail: { ...base.detail, restock: true, reason: 'customer' as const, ...facts } };
};
const reserved = async () => {
  const stores = memoryInventory();
  await stocked(stores.stock, [['a', 5]]);
  await stores.reservations.reserve(tenantA, { orderId: orderOf('1'), lines: linesOf(['a', 2]), at: AT });
  const state = async () => (await stores.reservations.find(tenantA, orderOf('1')))?.state;
  return { ...stores, state, counts: () => countsOf(stores.stock, 'a') };
};
const twice = async (react: () => Promise<void>) => {
  await react();
  await react();
};

it('a confirmed order keeps what it holds, delivered twice', async () => {
  const { reservations, state, counts } = await reserved();
  await twice(() => commitStock({ reservations })(event('OrderConfirmed')));
  expect(await state()).toBe('committed');
  expect(await counts()).toEqual({ available: 3, reserved: 2, shipped: 0 });
});

it('a confirmed order that never reserved is an alarm, not a shrug', async () => {
  const { reservations } = memoryInventory();
  await expect(commitStock({ reservations })(event('OrderConfirmed'))).rejects.toThrow('nothing is reserved');
  await expect(shipStock({ reservations })(event('OrderFulfilled'))).rejects.toThrow('nothing is reserved');
});

it('a refused order gives everything back, delivered twice, and a late reservation is refused', async () => {
  const { reservations, counts } = await reserved();
  await twice(() => releaseStock({ reservations })(event('OrderRejected')));
  expect(await counts()).toEqual({ available: 5, reserved: 0, shipped: 0 });
  const late = { orderId: orderOf('1'), lines: linesOf(['a', 2]), at: AT };
  expect(await reservations.reserve(tenantA, late)).toEqual({ status: 'closed' });
});

it('a cancelled order is restocked or written off, delivered twice, also before its confirmation is', async () => {
  const back = await reserved();
  await twice(() => restock(back)(event('OrderCancelled')));
  await commitStock(back)(event('OrderConfirmed'));
  expect(await back.state()).toBe('released');
  expect(await back.counts()).toEqual({ available: 5, reserved: 0, shipped: 0 });
  const gone = await reserved();
  await twice(() => restock(gone)(event('OrderCancelled', { restock: false })));
  expect(await gone.counts()).toEqual({ available: 3, reserved: 0, shipped: 0 });
  expect(await ledgerOf(gone.stock, 'a')).toBe(3);
});

it('a shipped order has left, delivered twice', async () => {
  const { reservations, stock, counts } = await reserved();
  await twice(() => shipStock({ reservations })(event('OrderFulfilled')));
  expect(await counts()).toEqual({ available: 3, reserved: 0, shipped: 2 });
  expect(await ledgerOf(stock, 'a')).toBe(3);
});

it('a variant has an item as soon as anything is heard of it, a deleted one has none, in whatever order that is heard', async () => {
  const { stock } = memoryInventory();
  const healed = memoryInventory();
  const { detail: _detail, ...fields } = event('Variant');
  const about = { variantId: variantOf('a'), productId: variantOf('a').replace('var', 'prod'), version: 1 };
  const created = VariantCreated.detail.parse({
    ...about,
    sku: null,
    title: 'A',
    options: [],
    prices: [],
    productStatus: 'active',
    taxCategory: 'standard',
    taxable: true,
    weightGrams: 0,
    requiresShipping: true,
  });
  await twice(() => makeItem({ stock })({ ...fields, detail: created }));
  expect(await stock.find(tenantA, variantOf('a'))).toMatchObject({ tracked: true, policy: 'deny' });
  await twice(() => retireItem({ stock })({ ...fields, detail: VariantDeleted.detail.parse(about) }));
  await makeItem({ stock })({ ...fields, detail: created });
  expect(await stock.find(tenantA, variantOf('a'))).toBeUndefined();

  const updated = VariantUpdated.detail.parse({ ...created, version: 2 });
  await twice(() => makeItem(healed)({ ...fields, detail: updated }));
  expect(await healed.stock.find(tenantA, variantOf('a'))).toMatchObject({ tracked: true, policy: 'deny' });
});

it('an adjustment is told once, by what was written; reservations and levels are not', () => {
  const adjustment = {
    pk: 'adjustment#adj_1',
    id: 'adj_00000000000000000000000000',
    reason: 'received',
    lines: [{ variantId: variantOf('a'), locationId: MAIN, delta: 5 }],
    createdAt: AT,
    actor: ACTOR,
    traceId: 'trace',
  };
  const change = { tenant: tenantA, before: undefined, after: adjustment, expired: false };
  expect(toEvents(change)).toMatchObject([
    {
      source: 'cartwright.inventory',
      detailType: 'StockAdjusted.v1',
      envelope: {
        id: `${adjustment.id}:1`,
        time: AT,
        actor: ACTOR,
        correlationId: 'trace',
        detail: {
          adjustmentId: adjustment.id,
          reason: 'received',
          source: null,
          lines: adjustment.lines,
          createdAt: AT,
        },
      },
    },
  ]);
  expect(toEvents({ ...change, before: adjustment })).toEqual([]);
  expect(toEvents({ ...change, after: { pk: 'stock#var_1' } })).toEqual([]);
  expect(toEvents({ ...change, after: undefined })).toEqual([]);
});
