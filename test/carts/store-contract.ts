import { beforeEach, describe, expect, it } from 'vitest';
import { Instant } from '../../lib/runtime/clock.ts';
import { hashCartToken } from '../../functions/carts/calls.ts';
import type { Cart } from '../../functions/carts/model.ts';
import type { CartStore, LockRequest } from '../../functions/carts/store.ts';
import { cartOf, idOf, LATER, NOW, orderOf, tenantA, tenantB, TOKEN, variantOf } from './fixtures.ts';

/** What every cart store promises. */
export const cartStoreContract = (makeStore: () => Promise<CartStore>): void => {
  let carts: CartStore;
  beforeEach(async () => {
    carts = await makeStore();
  });
  const cart = cartOf('one');
  const holder = { guestTokenHash: hashCartToken(TOKEN) };
  const lockFor = (order: string, facts: Partial<LockRequest> = {}): LockRequest => ({
    cartId: cart.id,
    orderId: orderOf(order),
    holder,
    version: undefined,
    now: NOW,
    ...facts,
  });
  const isLocked = async (request: LockRequest) => 'locked' in (await carts.lock(tenantA, request));
  const next = (of: Cart, facts: Partial<Cart>): Cart => ({ ...of, version: of.version + 1, ...facts });

  describe('keeping', () => {
    it('gives back what was put in, to its tenant only', async () => {
      expect(await carts.create(tenantA, cart)).toBeUndefined();
      expect(await carts.find(tenantA, cart.id)).toEqual(cart);
      expect(await carts.find(tenantB, cart.id)).toBeUndefined();
    });
    it('keeps what is null and what is empty apart from what is there', async () => {
      const bare = cartOf('bare', { email: null, shippingAddress: null, shippingMethodId: null, lines: [] });
      await carts.create(tenantA, bare);
      expect(await carts.find(tenantA, bare.id)).toEqual(bare);
    });
    it('makes a cart once: a second time it answers with the first', async () => {
      await carts.create(tenantA, cart);
      expect(await carts.create(tenantA, { ...cart, locale: 'fr' })).toEqual(cart);
      expect((await carts.find(tenantA, cart.id))?.locale).toBe('de');
    });
    it('saves the next version once: of two writers who read the same version, one is told', async () => {
      await carts.create(tenantA, cart);
      expect(await carts.save(tenantA, next(cart, { email: 'one@example.com' }), 1)).toBe(true);
      expect(await carts.save(tenantA, next(cart, { email: 'two@example.com' }), 1)).toBe(false);
      expect(await carts.find(tenantA, cart.id)).toMatchObject({ version: 2, email: 'one@example.com' });
    });
    it('can take things away', async () => {
      await carts.create(tenantA, cart);
      await carts.save(tenantA, next(cart, { email: null, shippingAddress: null }), 1);
      expect(await carts.find(tenantA, cart.id)).toMatchObject({ email: null, shippingAddress: null, version: 2 });
    });
    it('removes an open cart at the version that was seen', async () => {
      await carts.create(tenantA, cart);
      expect(await carts.remove(tenantA, cart.id, 7)).toBe(false);
      expect(await carts.remove(tenantA, cart.id, 1)).toBe(true);
      expect(await carts.find(tenantA, cart.id)).toBeUndefined();
    });
  });

  describe('of a customer', () => {
    const ada = idOf('cus', 'ada');
    const own = cartOf('own', { customerId: ada, guestTokenHash: null });

    it('the newest is the current one', async () => {
      expect(await carts.currentOf(tenantA, ada)).toBeUndefined();
      await carts.create(tenantA, own);
      expect(await carts.currentOf(tenantA, ada)).toEqual(own);
      const newer = cartOf('newer', { customerId: ada, guestTokenHash: null });
      await carts.create(tenantA, newer);
      expect(await carts.currentOf(tenantA, ada)).toEqual(newer);
      expect(await carts.currentOf(tenantB, ada)).toBeUndefined();
    });
    it("a guest's cart can become hers", async () => {
      await carts.create(tenantA, cart);
      const hers = next(cart, { customerId: ada, guestTokenHash: null });
      expect(await carts.adopt(tenantA, hers, 1)).toBe(true);
      expect(await carts.currentOf(tenantA, ada)).toEqual(hers);
      expect(await carts.adopt(tenantA, hers, 1)).toBe(false);
    });
    it("a guest's cart can go into hers: both change or none", async () => {
      await carts.create(tenantA, cart);
      await carts.create(tenantA, own);
      const into = next(own, { lines: [{ variantId: variantOf('c'), quantity: 9 }] });
      expect(await carts.absorb(tenantA, { into, intoSeen: 5, from: cart })).toBe(false);
      expect((await carts.find(tenantA, cart.id))?.status).toBe('open');
      expect(await carts.absorb(tenantA, { into, intoSeen: 1, from: cart })).toBe(true);
      expect(await carts.find(tenantA, own.id)).toEqual(into);
      expect(await carts.find(tenantA, cart.id)).toMatchObject({ status: 'merged', mergedInto: own.id });
      expect(await carts.absorb(tenantA, { into: next(into, {}), intoSeen: 2, from: cart })).toBe(false);
    });
  });

  describe('locking', () => {
    beforeEach(async () => {
      await carts.create(tenantA, cart);
    });

    it('answers with the cart, and again for the same order', async () => {
      for (const _again of [1, 2]) {
        const outcome = await carts.lock(tenantA, lockFor('one'));
        expect(outcome).toEqual({ locked: { ...cart, status: 'ordering', orderId: orderOf('one'), lockedAt: NOW } });
      }
    });
    it('refuses a second order while the first is not decided', async () => {
      await isLocked(lockFor('one'));
      expect(await carts.lock(tenantA, lockFor('two'))).toMatchObject({ refused: { orderId: orderOf('one') } });
    });
    it('takes one of many orders at the same moment', async () => {
      const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
      const outcomes = await Promise.all(names.map((name) => isLocked(lockFor(name))));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });
    it('refuses strangers, expired, empty and unfinished carts, and other versions', async () => {
      expect(await isLocked(lockFor('one', { holder: {} }))).toBe(false);
      expect(await isLocked(lockFor('one', { holder: { guestTokenHash: hashCartToken('guess') } }))).toBe(false);
      expect(await isLocked(lockFor('one', { holder: { customerId: idOf('cus', 'eve') } }))).toBe(false);
      expect(await isLocked(lockFor('one', { now: LATER }))).toBe(false);
      expect(await isLocked(lockFor('one', { version: 2 }))).toBe(false);
      expect(await carts.lock(tenantB, lockFor('one'))).toEqual({ refused: undefined });
      for (const facts of [{ lines: [] }, { email: null }]) {
        const poor = cartOf(`poor${Object.keys(facts).join()}`, facts);
        await carts.create(tenantA, poor);
        expect(await isLocked(lockFor('one', { cartId: poor.id }))).toBe(false);
      }
      expect(await isLocked(lockFor('one', { holder: { asStaff: true }, version: 1 }))).toBe(true);
    });
    it('a locked cart takes no change and cannot be removed', async () => {
      await isLocked(lockFor('one'));
      expect(await carts.save(tenantA, next(cart, {}), 1)).toBe(false);
      expect(await carts.remove(tenantA, cart.id, 1)).toBe(false);
    });
    it('opens again for others, but never for the order that was refused', async () => {
      await isLocked(lockFor('one'));
      await carts.unlock(tenantA, cart.id, orderOf('one'));
      expect(await carts.find(tenantA, cart.id)).toMatchObject({ status: 'open', orderId: null, version: 1 });
      expect(await isLocked(lockFor('one'))).toBe(false);
      expect(await isLocked(lockFor('two'))).toBe(true);
    });
    it('an unlock that comes before its lock refuses the lock', async () => {
      await carts.unlock(tenantA, cart.id, orderOf('one'));
      expect(await isLocked(lockFor('one'))).toBe(false);
      expect(await isLocked(lockFor('two'))).toBe(true);
    });
    it('a change that was read before does not make a refused order welcome again', async () => {
      await carts.unlock(tenantA, cart.id, orderOf('one'));
      expect(await carts.save(tenantA, next(cart, { locale: 'fr' }), 1)).toBe(true);
      expect(await isLocked(lockFor('one'))).toBe(false);
    });
    it('an unlock for another order leaves the lock, and twice is as once', async () => {
      await isLocked(lockFor('one'));
      for (const _again of [1, 2]) await carts.unlock(tenantA, cart.id, orderOf('two'));
      expect(await carts.find(tenantA, cart.id)).toMatchObject({
        status: 'ordering',
        orderId: orderOf('one'),
        refused: [orderOf('two')],
      });
    });
    it('a closed cart stays closed, whatever comes later or twice', async () => {
      await isLocked(lockFor('one'));
      await carts.close(tenantA, cart.id, orderOf('one'));
      await carts.close(tenantA, cart.id, orderOf('one'));
      await carts.unlock(tenantA, cart.id, orderOf('one'));
      expect(await carts.find(tenantA, cart.id)).toMatchObject({ status: 'ordered', orderId: orderOf('one') });
      expect(await isLocked(lockFor('two'))).toBe(false);
      expect(await carts.save(tenantA, next(cart, {}), 1)).toBe(false);
    });
    it('closing or unlocking a cart that is gone does nothing', async () => {
      const gone = cartOf('gone').id;
      await carts.close(tenantA, gone, orderOf('one'));
      await carts.unlock(tenantA, gone, orderOf('one'));
      expect(await carts.find(tenantA, gone)).toBeUndefined();
    });
  });

  it('expires by condition: the moment of expiry is too late', async () => {
    await carts.create(tenantA, cart);
    expect(await isLocked(lockFor('one', { now: Instant.parse('2026-07-01T11:59:59.999Z') }))).toBe(true);
  });
};
