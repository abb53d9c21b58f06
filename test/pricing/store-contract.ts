import { beforeEach, describe, expect, it } from 'vitest';
import type { CodeStore, PriceBook, RedemptionStore, RulesStore, VariantStore } from '../../functions/pricing/store.ts';
import { NO_RULES, type Rules } from '../../functions/pricing/rules.ts';
import { codeOf, promotion, taxRate, tenantA, tenantB, variant, variantIdOf } from './fixtures.ts';

export interface PricingStores {
  readonly rules: RulesStore;
  readonly book: PriceBook;
  readonly variants: VariantStore;
  readonly codes: CodeStore;
  readonly redemptions: RedemptionStore;
}

export const idempotencyOf = (key: string, requestHash = 'hash') => ({ key, scope: `scope-${key}`, requestHash });
export const orderIdOf = (index: number): string => `ord_${String(index).padStart(26, '0')}`;

/** What the stores of pricing promise. `makeStores` gives empty ones. */
export const pricingStoreContract = (makeStores: () => Promise<PricingStores>): void => {
  let stores: PricingStores;
  beforeEach(async () => {
    stores = await makeStores();
  });
  const sale = promotion('SALE', 100_000);
  const addRate = (rules: Rules) => ({
    rules: { ...rules, taxRates: [...rules.taxRates, taxRate('DE', 190_000)] },
    result: rules.version,
  });

  describe('rules', () => {
    it("are empty at first, kept under the next version, and one tenant's own", async () => {
      expect(await stores.rules.read(tenantA)).toEqual(NO_RULES);
      expect(await stores.rules.change(tenantA, addRate)).toBe(0);
      expect(await stores.rules.read(tenantA)).toEqual({ ...NO_RULES, version: 1, taxRates: [taxRate('DE', 190_000)] });
      expect(await stores.rules.read(tenantB)).toEqual(NO_RULES);
    });
    it('stay as they are when nothing is decided', async () => {
      await stores.rules.change(tenantA, (rules) => ({ rules, result: undefined }));
      expect((await stores.rules.read(tenantA)).version).toBe(0);
    });
    it('lose no change of many at the same moment', async () => {
      await Promise.all(Array.from({ length: 5 }, () => stores.rules.change(tenantA, addRate)));
      expect(await stores.rules.read(tenantA)).toMatchObject({ version: 5, taxRates: { length: 5 } });
    });
  });

  describe('the price book', () => {
    it('reads rules, variants and codes at once, each if it is there', async () => {
      await stores.rules.change(tenantA, addRate);
      await stores.variants.keep(tenantA, variant('a', { EUR: 100 }), 1);
      await stores.codes.create(tenantA, codeOf(sale, { limit: 5 }), idempotencyOf('k'));
      const facts = await stores.book.factsFor(tenantA, [variantIdOf('a'), variantIdOf('b')], ['SALE', 'NONE']);
      expect(facts.rules.taxRates).toHaveLength(1);
      expect([...facts.variants]).toEqual([[variantIdOf('a'), variant('a', { EUR: 100 })]]);
      expect([...facts.codes]).toEqual([['SALE', codeOf(sale, { limit: 5 })]]);
      const theirs = await stores.book.factsFor(tenantB, [variantIdOf('a')], ['SALE']);
      expect(theirs).toEqual({ rules: NO_RULES, variants: new Map(), codes: new Map() });
    });
    it('reads the largest cart', async () => {
      const names = Array.from({ length: 150 }, (_, index) => `v${index}`);
      await Promise.all(names.map((name) => stores.variants.keep(tenantA, variant(name, { EUR: 1 }), 1)));
      expect((await stores.book.factsFor(tenantA, names.map(variantIdOf), [])).variants.size).toBe(150);
    });
    it('keeps the newest of a variant, whatever comes twice or late, and forgets for good', async () => {
      const price = async () =>
        (await stores.book.factsFor(tenantA, [variantIdOf('a')], [])).variants.get(variantIdOf('a'))?.prices[0]?.amount;
      await stores.variants.keep(tenantA, variant('a', { EUR: 300 }), 3);
      await stores.variants.keep(tenantA, variant('a', { EUR: 100 }), 1);
      await stores.variants.keep(tenantA, variant('a', { EUR: 333 }), 3);
      expect(await price()).toBe(300);
      await stores.variants.keep(tenantA, variant('a', { EUR: 400 }), 4);
      expect(await price()).toBe(400);
      await stores.variants.forget(tenantA, variantIdOf('a'), 5);
      await stores.variants.keep(tenantA, variant('a', { EUR: 400 }), 4);
      expect(await price()).toBeUndefined();
    });
  });

  describe('codes', () => {
    it('are made once per request, and once per shop', async () => {
      const create = (key: string, code: string, hash?: string) =>
        stores.codes.create(tenantA, codeOf(sale, { code }), idempotencyOf(key, hash));
      expect(await create('k', 'ONE')).toMatchObject({ status: 'created' });
      expect(await create('k', 'ONE')).toMatchObject({ status: 'replayed', code: { code: 'ONE' } });
      await expect(create('k', 'TWO', 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      expect(await create('l', 'ONE')).toEqual({ status: 'taken' });
      expect(await stores.codes.create(tenantB, codeOf(sale, { code: 'ONE' }), idempotencyOf('k'))).toMatchObject({
        status: 'created',
      });
    });
    it('are listed by their promotion, page by page', async () => {
      const other = promotion('OTHER', 1);
      for (const code of ['C', 'A', 'B'])
        await stores.codes.create(tenantA, codeOf(sale, { code }), idempotencyOf(code));
      await stores.codes.create(tenantA, codeOf(other, { code: 'D' }), idempotencyOf('D'));
      const first = await stores.codes.list(tenantA, sale.id, 2, undefined);
      expect(first.items.map(({ code }) => code)).toEqual(['A', 'B']);
      const second = await stores.codes.list(tenantA, sale.id, 2, first.last);
      expect(second.items.map(({ code }) => code)).toEqual(['C']);
    });
  });

  describe('redemptions', () => {
    const customerKey = 'customer-1';
    const redeem = (index: number, codes: string[] = ['SALE'], customer = customerKey) =>
      stores.redemptions.redeem(tenantA, { orderId: orderIdOf(index), codes, customerKey: customer });
    const usedOf = async (code = 'SALE') => (await stores.book.factsFor(tenantA, [], [code])).codes.get(code)?.redeemed;
    const makeCode = (facts: Parameters<typeof codeOf>[1]) =>
      stores.codes.create(tenantA, codeOf(sale, facts), idempotencyOf(facts?.code ?? 'SALE'));

    it('count once per order', async () => {
      await makeCode({ limit: 2 });
      for (const _again of [1, 2]) expect(await redeem(1)).toEqual({ status: 'redeemed' });
      expect(await usedOf()).toBe(1);
    });
    it('end at the limit, also for 100 orders at the same moment', async () => {
      await makeCode({ limit: 10 });
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => redeem(index, ['SALE'], `c${index}`)),
      );
      expect(answers.filter(({ status }) => status === 'redeemed')).toHaveLength(10);
      expect(answers.filter(({ status }) => status === 'exhausted')).toHaveLength(90);
      expect(await usedOf()).toBe(10);
    });
    it("end at a customer's limit, for that customer", async () => {
      await makeCode({ perCustomer: 1 });
      expect(await redeem(1)).toEqual({ status: 'redeemed' });
      expect(await redeem(2)).toEqual({ status: 'exhausted', code: 'SALE' });
      expect(await redeem(3, ['SALE'], 'customer-2')).toEqual({ status: 'redeemed' });
    });
    it('take all codes of an order or none', async () => {
      await makeCode({ limit: 5 });
      await makeCode({ code: 'RARE', limit: 1 });
      expect(await redeem(1, ['SALE', 'RARE'])).toEqual({ status: 'redeemed' });
      expect(await redeem(2, ['SALE', 'RARE'])).toEqual({ status: 'exhausted', code: 'RARE' });
      expect(await usedOf()).toBe(1);
      expect(await redeem(3, ['SALE', 'NONE'])).toEqual({ status: 'exhausted', code: 'NONE' });
    });
    it('give back what they took, once', async () => {
      await makeCode({ limit: 1, perCustomer: 1 });
      await redeem(1);
      for (const _again of [1, 2]) await stores.redemptions.unredeem(tenantA, orderIdOf(1));
      expect(await usedOf()).toBe(0);
      expect(await redeem(2)).toEqual({ status: 'redeemed' });
    });
    it('are closed for an order that was released, also when the redemption comes late', async () => {
      await makeCode({ limit: 1 });
      await stores.redemptions.unredeem(tenantA, orderIdOf(1));
      expect(await redeem(1)).toEqual({ status: 'closed' });
      expect(await usedOf()).toBe(0);
      await redeem(2);
      await stores.redemptions.unredeem(tenantA, orderIdOf(2));
      expect(await redeem(2)).toEqual({ status: 'closed' });
    });
    it('answer a repeated request as before, though the code is used up by now', async () => {
      await makeCode({ limit: 1 });
      await redeem(1);
      expect(await redeem(1)).toEqual({ status: 'redeemed' });
    });
    it("are a tenant's own", async () => {
      await makeCode({ limit: 1 });
      await stores.codes.create(tenantB, codeOf(sale, { limit: 1 }), idempotencyOf('k'));
      await redeem(1);
      const order = { orderId: orderIdOf(1), codes: ['SALE'], customerKey };
      expect(await stores.redemptions.redeem(tenantB, order)).toEqual({ status: 'redeemed' });
    });
  });
};
