import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import type { ApiResponse } from '../../lib/client/http.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as, asUnseen, outcome } from './caller.ts';
import { api, newShop, unique } from './world.ts';

const Id = z.looseObject({ id: z.string() });
const Quote = z.looseObject({
  lines: z.array(z.looseObject({ variantId: z.string(), quantity: z.number(), taxRatePpm: z.number() })),
  discounts: z.array(z.object({ code: z.string(), promotionId: z.string(), amount: z.number() })),
  taxes: z.array(z.unknown()),
  total: z.number(),
  hash: z.string(),
});

let shop: Shop;
/** Variants by what they are: 9.99 at the standard rate, 12.50 in the category books, 10.00 that is sent to nobody. */
let cup: string;
let book: string;
let voucher: string;
let draft: string;

const create = async (path: string, body: unknown): Promise<string> =>
  (await call(api, Id, 'POST', path, { credential: shop.secretKey, body })).id;

const newVariant = async (
  amount: number,
  product: Record<string, unknown> = {},
  variant: Record<string, unknown> = {},
): Promise<string> => {
  const title = unique('thing');
  const productId = await create('/v1/catalog/products', { title, slug: title, status: 'active', ...product });
  return create(`/v1/catalog/products/${productId}/variants`, { prices: [{ currency: 'EUR', amount }], ...variant });
};

/** A code of a promotion of its own. */
const newCode = async (
  discount: unknown,
  { promotion = {}, ...limits }: { promotion?: Record<string, unknown>; limit?: number; perCustomer?: number } = {},
): Promise<string> => {
  const code = unique('C').toUpperCase();
  const id = await create('/v1/pricing/promotions', { name: code, discount, ...promotion });
  await call(api, z.unknown(), 'POST', `/v1/pricing/promotions/${id}/codes`, {
    credential: shop.secretKey,
    body: { code, ...limits },
  });
  return code;
};

const ask = (
  lines: readonly (readonly [string, number])[],
  more: Record<string, unknown> = {},
  caller = as(shop.publishableKey),
): Promise<ApiResponse> =>
  caller.post('/v1/pricing/quotes', {
    context: { currency: 'EUR' },
    lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })),
    ...more,
  });
const quote = async (...asked: Parameters<typeof ask>) => {
  const answer = await ask(...asked);
  expect(answer.text).toContain('"total"');
  return Quote.parse(answer.body);
};

beforeAll(async () => {
  shop = await newShop('quotes');
  const rate = { name: 'Rate', category: 'standard', validFrom: '2000-01-01T00:00:00.000Z' };
  const rates = [
    { category: 'books', country: 'DE', ratePpm: 70_000 },
    { country: 'US', ratePpm: 50_000 },
    { country: 'US', region: 'CA', ratePpm: 72_500 },
    { country: 'AT', ratePpm: 100_000 },
    { country: 'AT', ratePpm: 200_000, validFrom: '2010-01-01T00:00:00.000Z' },
    { country: 'AT', ratePpm: 500_000, validFrom: '2999-01-01T00:00:00.000Z' },
  ];
  for (const changes of rates) await create('/v1/pricing/tax-rates', { ...rate, ...changes });
  [cup, book, voucher, draft] = await Promise.all([
    newVariant(999),
    newVariant(1250, { taxCategory: 'books' }),
    newVariant(1000, {}, { requiresShipping: false }),
    newVariant(100, { status: 'draft' }),
  ]);
  await until('the prices to reach the quotes', async () =>
    (
      await ask([
        [cup, 1],
        [book, 1],
        [voucher, 1],
      ])
    ).status === 200 && outcome(await ask([[draft, 1]])) === '422 variant_unavailable'
      ? true
      : undefined,
  );
});

/** All figures are worked by hand: in minor units, half up, percent on the line's total, then amounts by largest remainder. */
describe('a quote', () => {
  it('with tax included takes the tax out of each line, and out of shipping', async () => {
    expect(
      await quote(
        [
          [cup, 3],
          [book, 1],
        ],
        { shippingAddress: { country: 'DE' }, shippingMethodId: SHIPPING_METHOD },
      ),
    ).toMatchObject({
      currency: 'EUR',
      taxMode: 'inclusive',
      lines: [
        // 2997 x 19 / 119 = 478.51
        {
          variantId: cup,
          quantity: 3,
          unit: 999,
          gross: 2997,
          discount: 0,
          net: 2518,
          tax: 479,
          taxRatePpm: 190_000,
          total: 2997,
        },
        // 1250 x 7 / 107 = 81.78
        {
          variantId: book,
          quantity: 1,
          unit: 1250,
          gross: 1250,
          discount: 0,
          net: 1168,
          tax: 82,
          taxRatePpm: 70_000,
          total: 1250,
        },
      ],
      // 490 x 19 / 119 = 78.24
      shipping: { methodId: SHIPPING_METHOD, gross: 490, net: 412, tax: 78, taxRatePpm: 190_000 },
      taxes: [
        { ratePpm: 70_000, net: 1168, tax: 82 },
        { ratePpm: 190_000, net: 2930, tax: 557 },
      ],
      subtotal: 4247,
      discountTotal: 0,
      taxTotal: 639,
      total: 4737,
      limitedCodes: [],
    });
  });

  it('with a percent code and an amount off the order discounts in that order, and taxes what is left', async () => {
    const amount = await newCode({ type: 'fixed', amounts: [{ currency: 'EUR', amount: 500 }] });
    const percent = await newCode({ type: 'percent', ratePpm: 100_000 });
    const delivery = { shippingAddress: { country: 'DE' }, shippingMethodId: SHIPPING_METHOD };
    const answer = await quote(
      [
        [cup, 3],
        [book, 1],
      ],
      { ...delivery, codes: [amount, percent] },
    );
    expect(answer).toMatchObject({
      lines: [
        // 10 % of 2997 is 299.7; of the 500 falls 2697 / 3822, 352.83: the larger remainder; 2344 x 19 / 119 = 374.25
        { gross: 2997, discount: 653, net: 1970, tax: 374, total: 2344 },
        // 10 % of 1250 is 125; of the 500 falls 147.17; 978 x 7 / 107 = 63.98
        { gross: 1250, discount: 272, net: 914, tax: 64, total: 978 },
      ],
      subtotal: 4247,
      discountTotal: 925,
      taxTotal: 374 + 64 + 78,
      total: 2344 + 978 + 490,
    });
    expect(answer.discounts.map(({ code, amount: off }) => [code, off])).toEqual([
      [amount, 500],
      [percent, 425],
    ]);
  });

  it('never goes below zero', async () => {
    const large = await newCode({ type: 'fixed', amounts: [{ currency: 'EUR', amount: 100_000 }] });
    expect(await quote([[voucher, 1]], { codes: [large] })).toMatchObject({
      discountTotal: 1000,
      taxTotal: 0,
      total: 0,
      shipping: null,
    });
    const all = await newCode({ type: 'percent', ratePpm: 1_000_000 });
    expect(await quote([[voucher, 2]], { codes: [all, large] })).toMatchObject({ discountTotal: 2000, total: 0 });
  });

  it('takes the rate of the region before that of the country, and of those in force the latest', async () => {
    const rateIn = async (country: string, region?: string) => {
      const answer = await quote([[voucher, 1]], {
        shippingAddress: { country, ...(region === undefined ? {} : { region }) },
      });
      const line = z.looseObject({ tax: z.number(), taxRatePpm: z.number() }).parse(answer.lines[0]);
      return [line.taxRatePpm, line.tax];
    };
    expect(await rateIn('US', 'CA')).toEqual([72_500, 68]); // 1000 x 7.25 / 107.25 = 67.60
    expect(await rateIn('US', 'NY')).toEqual([50_000, 48]); // 47.62
    expect(await rateIn('US')).toEqual([50_000, 48]);
    expect(await rateIn('AT')).toEqual([200_000, 167]); // 166.67
    expect(await rateIn('JP')).toEqual([0, 0]);
    const abroad = await quote([[voucher, 1]], { context: { currency: 'EUR', country: 'AT' } });
    expect(abroad.lines[0]?.taxRatePpm).toBe(200_000);
  });

  it('is the same for the same question, in whatever pieces a line is asked for', async () => {
    const once = await quote([
      [cup, 3],
      [book, 1],
    ]);
    const pieces = await quote([
      [cup, 1],
      [book, 1],
      [cup, 2],
    ]);
    expect(pieces).toEqual(once);
    expect(
      (
        await quote([
          [cup, 4],
          [book, 1],
        ])
      ).hash,
    ).not.toBe(once.hash);
    expect(
      await quote(
        [
          [cup, 3],
          [book, 1],
        ],
        {},
        as(shop.secretKey),
      ),
    ).toEqual(once);
  });

  it('names the codes that count their uses', async () => {
    const limited = await newCode({ type: 'percent', ratePpm: 10_000 }, { limit: 5 });
    const personal = await newCode({ type: 'percent', ratePpm: 10_000 }, { perCustomer: 1 });
    const free = await newCode({ type: 'percent', ratePpm: 10_000 });
    const answer = await quote([[cup, 1]], { codes: [free, personal, limited.toLowerCase()] });
    expect(answer).toMatchObject({ limitedCodes: [personal, limited] });
  });

  it('is refused with the reason', async () => {
    const unknown = `var_${'0'.repeat(26)}`;
    const old = await newCode({ type: 'percent', ratePpm: 1 }, { promotion: { endsAt: '2020-01-01T00:00:00.000Z' } });
    const early = await newCode(
      { type: 'percent', ratePpm: 1 },
      { promotion: { startsAt: '2999-01-01T00:00:00.000Z' } },
    );
    const off = await newCode({ type: 'percent', ratePpm: 1 }, { promotion: { active: false } });
    const dollars = await newCode({ type: 'fixed', amounts: [{ currency: 'USD', amount: 1 }] });
    const dear = await newVariant(1e11);
    await until('the dear price', async () => ((await ask([[dear, 1]])).status === 200 ? true : undefined));

    expect(outcome(await ask([[unknown, 1]]))).toBe('422 unknown_variant');
    expect(
      (
        await ask([
          [cup, 1],
          [unknown, 1],
        ])
      ).body,
    ).toMatchObject({ variantIds: [unknown] });
    expect(outcome(await ask([[draft, 1]]))).toBe('422 variant_unavailable');
    const dollar = await ask([[cup, 1]], { context: { currency: 'USD' } });
    expect([outcome(dollar), dollar.body]).toMatchObject(['422 price_missing', { variantIds: [cup] }]);
    for (const code of ['NO-SUCH-CODE', old, early, off]) {
      const answer = await ask([[cup, 1]], { codes: [code] });
      expect([outcome(answer), answer.body]).toMatchObject(['422 coupon_unknown', { coupon: code }]);
    }
    expect(outcome(await ask([[cup, 1]], { codes: [dollars] }))).toBe('422 coupon_not_applicable');
    const nowhere = { shippingAddress: { country: 'JP' }, shippingMethodId: SHIPPING_METHOD };
    expect(outcome(await ask([[cup, 1]], nowhere))).toBe('422 no_shipping_method');
    expect(outcome(await ask([[dear, 10_000]]))).toBe('422 total_too_large');
  });

  it('of another shop knows neither variants nor codes', async () => {
    const code = await newCode({ type: 'percent', ratePpm: 10_000 });
    const other = await newShop('elsewhere');
    const stranger = as(other.publishableKey);
    expect(outcome(await ask([[cup, 1]], {}, stranger))).toBe('422 unknown_variant');
    expect(outcome(await ask([[cup, 1]], { codes: [code] }, stranger))).toBe('422 unknown_variant');
  });

  it('follows a changed price and a product that goes off sale', async () => {
    const title = unique('passing');
    const productId = await create('/v1/catalog/products', { title, slug: title, status: 'active' });
    const variantId = await create(`/v1/catalog/products/${productId}/variants`, {
      requiresShipping: false,
      prices: [{ currency: 'EUR', amount: 100 }],
    });
    const total = async () => {
      const answer = await ask([[variantId, 1]]);
      return answer.status === 200 ? Quote.parse(answer.body).total : outcome(answer);
    };
    const becomes = (wanted: unknown) =>
      until(`the quote to be ${String(wanted)}`, async () => ((await total()) === wanted ? true : undefined));
    await becomes(100);
    const staff = as(shop.secretKey);
    const { etag } = (await staff.get(`/v1/catalog/variants/${variantId}`)).headers;
    const priced = await staff.put(`/v1/catalog/variants/${variantId}/prices`, [{ currency: 'EUR', amount: 250 }], {
      'if-match': etag,
    });
    expect(outcome(priced)).toBe('200');
    await becomes(250);
    const product = await staff.get(`/v1/catalog/products/${productId}`);
    const archived = await staff.patch(
      `/v1/catalog/products/${productId}`,
      { status: 'archived' },
      { 'if-match': product.headers['etag'] },
    );
    expect(outcome(archived)).toBe('200');
    await becomes('422 variant_unavailable');
  });

  it('with tax on top adds it, once the shop says so', async () => {
    const staff = as(shop.secretKey);
    const { etag } = (await staff.get('/v1/tenants/current')).headers;
    await staff.patch('/v1/tenants/current', { settings: { taxMode: 'exclusive' } }, { 'if-match': etag });
    const delivery = { shippingAddress: { country: 'DE' }, shippingMethodId: SHIPPING_METHOD };
    expect(
      await quote(
        [
          [cup, 3],
          [book, 1],
        ],
        delivery,
        asUnseen(shop.publishableKey),
      ),
    ).toMatchObject({
      taxMode: 'exclusive',
      lines: [
        { gross: 2997, net: 2997, tax: 569, total: 3566 }, // 569.43
        { gross: 1250, net: 1250, tax: 88, total: 1338 }, // 87.5
      ],
      shipping: { net: 490, tax: 93, gross: 583 }, // 93.1
      subtotal: 4247,
      taxTotal: 750,
      total: 5487,
    });
  });
});
