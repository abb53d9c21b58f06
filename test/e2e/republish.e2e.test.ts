import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { checkOut, createCart, placedBy } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { itemDifferences, rawTables, type StoredItem } from '../../prove/raw-tables.ts';
import { as, outcome } from './caller.ts';
import { api, newProduct, newShop } from './world.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';
const PUBLISHING = ['catalog', 'inventory', 'orders', 'payments', 'tenants'];
const KEEPING = [...PUBLISHING, 'carts', 'pricing'];

/** The operator's command, for one tenant. Resolves with what it printed. */
const republish = async (domains: readonly string[], shop: Shop, ...more: readonly string[]): Promise<string> => {
  const { stage, endpoint, region } = inject('deployment');
  const where = ['--stage', stage, ...(endpoint === undefined ? [] : ['--endpoint', endpoint])];
  const { stdout } = await promisify(execFile)(process.execPath, [
    'bin/republish.ts',
    ...domains.flatMap((domain) => ['--domain', domain]),
    '--since',
    LONG_AGO,
    '--tenant',
    shop.tenantId,
    ...where,
    ...more,
    ...(region === undefined ? [] : ['--region', region]),
  ]);
  return stdout;
};

const tables = rawTables(inject('deployment'));
afterAll(() => tables.close());

/** What a domain keeps of a tenant. */
const itemsOf = async (domain: string, { tenantId }: Shop): Promise<readonly StoredItem[]> =>
  (await tables.read(domain)).filter(({ pk }) => pk?.S?.startsWith(`t#${tenantId}#`));
const stored = async (shop: Shop): Promise<readonly StoredItem[]> =>
  (await Promise.all(KEEPING.map((domain) => itemsOf(domain, shop)))).flat();

const quoted = (shop: Shop, variantId: string): Promise<string> =>
  api
    .send('POST', '/v1/pricing/quotes', {
      credential: shop.publishableKey,
      body: { context: { currency: 'EUR' }, lines: [{ variantId, quantity: 1 }], codes: [] },
    })
    .then(outcome);

const buy = async (shop: Shop, variantId: string): Promise<string> => {
  const lines = [{ variantId, quantity: 1 }];
  const cart = await createCart(api, shop, { currency: 'EUR', lines, shippingMethodId: SHIPPING_METHOD });
  return (await placedBy(api, shop, await checkOut(api, shop, { cart }))).order.id;
};

const paymentIs = (shop: Shop, orderId: string, status: string) =>
  until(`order ${orderId} to be ${status}`, async () => {
    const { body } = await as(shop.secretKey).get(`/v1/orders/${orderId}`);
    return z.looseObject({ paymentStatus: z.string() }).parse(body).paymentStatus === status ? true : undefined;
  });
const counted = (shop: Shop, orders: number) =>
  until(`${orders} orders to be counted`, async () => {
    const { body } = await as(shop.secretKey).get('/v1/tenants/current/usage');
    return z.looseObject({ orders: z.number() }).parse(body).orders === orders ? true : undefined;
  });

it('told again, what has happened changes nothing, and what was lost on the way is there', async () => {
  const shop = await newShop('again');
  const { variantId } = await newProduct(shop, { pieces: 9 });
  const { variantId: second } = await newProduct(shop, { pieces: 9 });
  const [kept, cancelled, sent] = [await buy(shop, variantId), await buy(shop, variantId), await buy(shop, second)];
  const staff = as(shop.secretKey);
  await Promise.all([kept, cancelled, sent].map((id) => paymentIs(shop, id, 'captured')));
  expect(outcome(await staff.post(`/v1/orders/${cancelled}/cancel`, { reason: 'customer', restock: true }))).toBe(
    '200',
  );
  expect(outcome(await staff.post(`/v1/orders/${sent}/fulfilments`, {}))).toBe('201');
  await paymentIs(shop, cancelled, 'refunded');
  await counted(shop, 3);
  // The last consumer of what was done: the stock of the parcel has left.
  await until('the stock to be settled', async () => {
    const { body } = await staff.get(`/v1/inventory/levels?variantIds=${variantId},${second}`);
    const levels = z
      .object({ items: z.array(z.looseObject({ available: z.number(), reserved: z.number() })) })
      .parse(body);
    return levels.items.reduce((sum, { available, reserved }) => sum + available * 10 + reserved, 0) === 161
      ? true
      : undefined;
  });

  const before = await stored(shop);
  await republish(PUBLISHING, shop);
  await republish(PUBLISHING, shop);
  const price = before.filter(({ sk, pk }) => sk?.S === 'price' && pk?.S?.endsWith(variantId));
  await tables.remove('pricing', price);
  expect(await quoted(shop, variantId)).not.toBe('200');
  expect(await republish(['catalog'], shop, '--dry-run')).toContain('4 events of');
  expect(await quoted(shop, variantId)).not.toBe('200');
  expect(await republish(['catalog'], shop)).toContain('VariantCreated.v1');
  await until('the price to be back', async () => ((await quoted(shop, variantId)) === '200' ? true : undefined));
  await tables.remove(
    'tenants',
    (await itemsOf('tenants', shop)).filter(({ pk }) => pk?.S?.endsWith('#usage')),
  );
  await counted(shop, 0);
  expect(await republish(['orders'], shop)).toContain('OrderConfirmed.v1');
  await counted(shop, 3);
  expect(itemDifferences(before, await stored(shop))).toEqual([]);
});
