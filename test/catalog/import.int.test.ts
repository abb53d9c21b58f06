import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoCategoryStore } from '../../functions/catalog/dynamo-category-store.ts';
import { dynamoImportStore } from '../../functions/catalog/dynamo-import-store.ts';
import { dynamoProductStore } from '../../functions/catalog/dynamo-product-store.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { SHOP } from './fixtures.ts';
import { importingShop } from './import-fixtures.ts';
import { importStoreContract } from './import-store-contract.ts';

describe('imports on DynamoDB', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());

  describe('the import store', () => {
    importStoreContract(async () => dynamoImportStore(tenantDb(engine.client, await engine.newTable())));
  });

  const stores = async () => {
    const open = tenantDb(engine.client, await engine.newTable());
    return {
      products: dynamoProductStore(open),
      categories: dynamoCategoryStore(open),
      imports: dynamoImportStore(open),
    };
  };
  const header = 'Handle,Title,Product Category,Option1 Name,Option1 Value,Variant SKU,Variant Price';
  const file = (count: number, price = '5') =>
    [
      header,
      ...Array.from({ length: count }, (_, at) => `p-${at},P ${at},A > B${at % 7} > C${at % 60},,,SKU-${at},${price}`),
      ...Array.from({ length: 100 }, (_, at) => `large,${at === 0 ? 'Large' : ''},,Size,${at},L-${at},1`),
    ].join('\n');

  test('of hundreds of products with categories, and one of 100 variants, can be done twice', async () => {
    const shop = importingShop(await stores());
    const first = await shop.import(file(450));
    expect(first).toMatchObject({ status: 'completed', progress: { rows: 550, created: 451, failed: 0 } });
    const listed = await shop.listed();
    expect(listed).toHaveLength(451);
    expect((await shop.product('large')).variants).toHaveLength(100);
    const { items } = await shop.categories(SHOP).list(1000, undefined);
    expect(items).toHaveLength(1 + 7 + 7 * 60);

    const again = await shop.import(file(450));
    expect(again.progress).toMatchObject({ created: 0, updated: 0, unchanged: 451, failed: 0 });
    const changed = await shop.import(file(450).replace('P 17,', 'Changed,'));
    expect(changed.progress).toMatchObject({ updated: 1, unchanged: 450 });
    expect((await shop.product('p-17')).title).toBe('Changed');
  });

  test('by two workers at once is as by one', async () => {
    const shop = importingShop(await stores());
    const id = await shop.announce(file(450));
    await shop.start(id);
    await shop.check(id, 1);
    await Promise.all([shop.work(id, 1), shop.work(id, 1)]);
    expect(await shop.state(id)).toMatchObject({
      status: 'completed',
      progress: { rows: 550, created: 451, failed: 0 },
    });
    expect((await shop.rows(id, { outcome: 'failed' })).items).toEqual([]);
  });
});
