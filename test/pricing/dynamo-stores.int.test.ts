import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoCodes } from '../../functions/pricing/dynamo-code-store.ts';
import { dynamoPriceBook, dynamoVariants } from '../../functions/pricing/dynamo-price-book.ts';
import { dynamoRedemptions } from '../../functions/pricing/dynamo-redemption-store.ts';
import { dynamoRules } from '../../functions/pricing/dynamo-rules-store.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { promotion, taxRate, tenantA } from './fixtures.ts';
import { type PricingStores, pricingStoreContract } from './store-contract.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => engine.stop());

const makeStores = async (): Promise<PricingStores> => {
  const db = tenantDb(engine.client, await engine.newTable());
  return {
    rules: dynamoRules(db),
    book: dynamoPriceBook(db),
    variants: dynamoVariants(db),
    codes: dynamoCodes(db),
    redemptions: dynamoRedemptions(db),
  };
};

pricingStoreContract(makeStores);

it('refuses rules that would not fit into their item, and keeps the ones that are there', async () => {
  const { rules } = await makeStores();
  await rules.change(tenantA, (before) => ({ rules: { ...before, taxRates: [taxRate('DE', 1)] }, result: undefined }));
  const huge = Array.from({ length: 200 }, (_, index) => promotion(`${index}`.padEnd(2000, 'x'), 1));
  const change = rules.change(tenantA, (before) => ({ rules: { ...before, promotions: huge }, result: undefined }));
  await expect(change).rejects.toMatchObject({ code: 'too_many_rules' });
  expect(await rules.read(tenantA)).toMatchObject({ version: 1, promotions: [] });
});
