import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedCatalogue } from '../../bench/catalogue.ts';
import { type ApiClient, apiClient } from '../../lib/client/http.ts';
import { readOperatorKey } from '../../lib/client/operator.ts';
import { importCatalogue, onboardShop, type Shop } from '../../lib/client/shop.ts';
import { type CloudProcess, spawnCloud } from '../../lib/local/spawn.ts';

const PRODUCTS = 10_000;
const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-import-'));
const csv = generatedCatalogue(PRODUCTS, 10);

describe('a catalogue of 10,000 products', () => {
  let cloud: CloudProcess;
  let api: ApiClient;
  let shop: Shop;

  beforeAll(async () => {
    cloud = await spawnCloud({ stateDir, env: { CARTWRIGHT_LOG_LEVEL: 'warn' } });
    api = apiClient(cloud.apiUrl);
    shop = await onboardShop(api, await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl }), {
      name: 'Large',
      slug: 'large',
      plan: 'scale',
      ownerEmail: 'owner@large.example',
      country: 'DE',
      currencies: ['EUR'],
      locales: ['en'],
      timeZone: 'Europe/Berlin',
    });
  });
  afterAll(async () => {
    api.close();
    await cloud.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('is imported, and the second time nothing changes', async () => {
    const first = await importCatalogue(api, shop, csv, { timeoutMs: 400_000 });
    expect(first).toMatchObject({
      status: 'completed',
      progress: { products: PRODUCTS, created: PRODUCTS, failed: 0 },
    });
    const second = await importCatalogue(api, shop, csv, { timeoutMs: 400_000 });
    expect(second).toMatchObject({
      status: 'completed',
      progress: { products: PRODUCTS, unchanged: PRODUCTS, created: 0, updated: 0, failed: 0 },
    });
  });
});
