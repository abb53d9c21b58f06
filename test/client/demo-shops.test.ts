import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { demoShops, type DemoShop, onboardDemoShop } from '../../lib/client/demo-shops.ts';
import type { ApiClient } from '../../lib/client/http.ts';

const NewTenant = z.looseObject({ slug: z.string(), ownerEmail: z.string() });

/** A deployment in which some slugs are taken and no key, or every key, is valid. */
const deployment = (taken: readonly string[], status = 200) => {
  const asked: z.output<typeof NewTenant>[] = [];
  const bodyOf = (method: string, path: string, body: unknown): [number, unknown] => {
    if (path.startsWith('/v1/catalog/products')) return [status, { items: [] }];
    if (path.endsWith('/keys')) return [201, { id: 'key_1', secret: 'a-key' }];
    if (method === 'GET') return [200, { id: 'tnt_1', status: 'active', steps: [] }];
    const tenant = NewTenant.parse(body);
    asked.push(tenant);
    return taken.includes(tenant.slug) ? [409, { code: 'slug_taken' }] : [202, { id: 'tnt_1', status: 'onboarding' }];
  };
  const api: ApiClient = {
    close: () => undefined,
    send: async (method, path, request) => {
      const [answered, body] = bodyOf(method, path, request?.body);
      return { status: answered, headers: {}, body, text: JSON.stringify(body) };
    },
  };
  return { api, asked };
};

describe('a demo shop', () => {
  const plan = {
    name: 'Alder Goods',
    slug: 'alder',
    ownerEmail: 'owner@alder.example',
    country: 'DE',
    currencies: ['EUR'],
    locales: ['en'],
    timeZone: 'Europe/Berlin',
  };
  const onboard = (taken: readonly string[]) => {
    const { api, asked } = deployment(taken);
    return onboardDemoShop(api, 'op_1', plan, () => undefined).then((shop) => ({ shop, asked }));
  };

  it('has its own slug where that is free', async () => {
    expect((await onboard([])).asked).toHaveLength(1);
  });

  it('has a number after seedings that were cut short, and an owner of its own', async () => {
    const { shop, asked } = await onboard(['alder', 'alder-2']);
    expect(shop).toMatchObject({ slug: 'alder-3', ownerEmail: 'owner@alder-3.example' });
    expect(asked).toHaveLength(3);
  });
});

describe('demo shops that were made before', () => {
  const login = { email: 'owner@alder.example', password: 'demo-pass-phrase-1' };
  const kept: DemoShop = {
    name: 'Alder Goods',
    tenantId: 'tnt_1',
    currency: 'EUR',
    publishableKey: 'pk_1',
    secretKey: 'sk_1',
    staff: login,
    customer: login,
    sample: { slug: 'pan', variantId: 'var_1' },
  };
  let file: string;
  beforeEach(() => {
    const directory = mkdtempSync(join(tmpdir(), 'demo-shops-'));
    file = join(directory, 'demo-shops.json');
    return () => rmSync(directory, { recursive: true, force: true });
  });
  const seed = async (status: number) => {
    const { api, asked } = deployment([], status);
    const shops = await demoShops(api, 'op_1', file, () => undefined).catch(() => 'made anew');
    return { shops, asked };
  };

  it('are taken as they are', async () => {
    writeFileSync(file, JSON.stringify([kept]));
    expect(await seed(200)).toEqual({ shops: [kept], asked: [] });
  });

  it('are made anew where their keys are no longer known', async () => {
    writeFileSync(file, JSON.stringify([kept]));
    expect((await seed(401)).asked.map(({ slug }) => slug)).toEqual(['alder', 'birch']);
  });

  it('are said to be unreadable, with what to do, where their file is', async () => {
    writeFileSync(file, '{');
    await expect(demoShops(deployment([]).api, 'op_1', file, () => undefined)).rejects.toThrow(
      /cannot be read. Delete it/,
    );
  });
});
