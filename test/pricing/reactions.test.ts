import { expect, it } from 'vitest';
import type * as z from 'zod';
import { VariantCreated, VariantDeleted, VariantUpdated } from '../../functions/catalog/events.ts';
import { memoryPricing } from '../../functions/pricing/memory-stores.ts';
import { giveCouponsBack } from '../../functions/pricing/on-order-undone.ts';
import { forgetPrices, keepPrices } from '../../functions/pricing/on-variant-changed.ts';
import { orderEvent } from '../carts/order-event.ts';
import { AT, codeOf, promotion, tenantA, variant, variantIdOf } from './fixtures.ts';
import { idempotencyOf, orderIdOf } from './store-contract.ts';

const envelope = (type: string, sequence: number) => ({
  id: `${variantIdOf('a')}:${sequence}`,
  tenant: tenantA,
  type,
  version: 1,
  time: AT,
  aggregateId: variantIdOf('a'),
  sequence,
  actor: { type: 'staff' as const, id: 'staff' },
  correlationId: 'trace',
});
const { available: _, ...facts } = variant('a', { EUR: 100 });
const created = (sequence: number, changes: Partial<z.input<typeof VariantCreated.detail>> = {}) => ({
  ...envelope('VariantCreated', sequence),
  detail: VariantCreated.detail.parse({
    ...facts,
    version: sequence,
    prices: [{ currency: 'EUR', amount: 100 * sequence, compareAt: null }],
    productStatus: 'active',
    ...changes,
  }),
});

it('a variant of an active product can be bought at its newest price, delivered twice or in the wrong order', async () => {
  const { variants, book } = memoryPricing();
  const keep = keepPrices({ variants });
  for (const sequence of [2, 1, 2]) await keep(created(sequence));
  const found = await book.factsFor(tenantA, [variantIdOf('a')], []);
  expect(found.variants.get(variantIdOf('a'))).toEqual(variant('a', { EUR: 200 }));
});

it('a changed variant has its new facts, though that it was made is heard later', async () => {
  const { variants, book } = memoryPricing();
  const { detail } = created(2, { title: 'New', productStatus: 'archived' });
  const updated = { ...envelope('VariantUpdated', 2), detail: VariantUpdated.detail.parse(detail) };
  for (const event of [updated, updated, created(1)]) await keepPrices({ variants })(event);
  const found = await book.factsFor(tenantA, [variantIdOf('a')], []);
  expect(found.variants.get(variantIdOf('a'))).toMatchObject({ title: 'New', available: false });
});

it('a variant of a draft is known but not on sale', async () => {
  const { variants, book } = memoryPricing();
  await keepPrices({ variants })(created(1, { productStatus: 'draft' }));
  const found = await book.factsFor(tenantA, [variantIdOf('a')], []);
  expect(found.variants.get(variantIdOf('a'))?.available).toBe(false);
});

it('a deleted variant stays deleted though an older event comes later', async () => {
  const { variants, book } = memoryPricing();
  const detail = VariantDeleted.detail.parse({ variantId: facts.variantId, productId: facts.productId, version: 2 });
  for (const _delivery of [1, 2]) await forgetPrices({ variants })({ ...envelope('VariantDeleted', 2), detail });
  await keepPrices({ variants })(created(1));
  expect((await book.factsFor(tenantA, [variantIdOf('a')], [])).variants.size).toBe(0);
});

it.each(['OrderRejected', 'OrderCancelled'] as const)(
  '%s gives the coupon back, once, and a late redemption of the order is refused',
  async (type) => {
    const { redemptions, codes, book } = memoryPricing();
    const sale = promotion('SALE', 1);
    await codes.create(tenantA, codeOf(sale, { limit: 1 }), idempotencyOf('k'));
    const redeem = (index: number) =>
      redemptions.redeem(tenantA, { orderId: orderIdOf(index), codes: ['SALE'], customerKey: 'c' });
    const event = orderEvent(type, 'cart', orderIdOf(1));
    const undone = { ...event, detail: { ...event.detail, codes: ['SALE'] } };
    await redeem(1);
    for (const _delivery of [1, 2]) await giveCouponsBack({ redemptions })(undone);
    expect((await book.factsFor(tenantA, [], ['SALE'])).codes.get('SALE')?.redeemed).toBe(0);
    expect(await redeem(1)).toEqual({ status: 'closed' });
    expect(await redeem(2)).toEqual({ status: 'redeemed' });
  },
);
