import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkWalls, sellFrom } from '../../lib/client/first-sale.ts';
import { promises } from '../../lib/client/promises.ts';
import { productsAreQuotable } from '../../lib/client/quotable.ts';
import type { Placed } from '../../lib/client/sale.ts';
import { importCatalogue, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { api, newShop } from './world.ts';

describe('two unrelated shops', () => {
  const csv = readFileSync('samples/catalogue.csv');
  const shops: Shop[] = [];
  const orders: Placed[] = [];

  it.each(['north', 'south'])(
    'sell the sample catalogue, keeping every promise that can be recomputed (%s)',
    async (word) => {
      const shop = await newShop(word);
      const imported = await importCatalogue(api, shop, csv);
      expect(imported.status).toBe('completed');
      await until('prices', () => productsAreQuotable(api, shop));
      const found = promises();
      const order = await sellFrom(api, shop, found);
      expect(found.findings.filter((finding) => !finding.kept)).toEqual([]);
      expect(found.findings.length).toBeGreaterThan(15);
      shops.push(shop);
      orders.push(order);
    },
  );

  it('see nothing of each other', async () => {
    const [one, other] = shops;
    const [order] = orders;
    if (one === undefined || other === undefined || order === undefined) throw new Error('The shops did not sell');
    const found = promises();
    await checkWalls(api, one, other, order, found);
    expect(found.findings.filter((finding) => !finding.kept)).toEqual([]);
  });
});
