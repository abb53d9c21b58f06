import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as, outcome } from './caller.ts';
import { newShop, unique } from './world.ts';

const Rule = z.looseObject({ id: z.string(), version: z.number() });
const RulePage = z.object({ items: z.array(Rule), next: z.string().nullable() });

let shop: Shop;
beforeAll(async () => {
  shop = await newShop('rules');
});
const staff = () => as(shop.secretKey);

interface Kind {
  readonly path: string;
  readonly notFound: string;
  readonly unknownId: string;
  readonly order: Record<string, unknown>;
  readonly patch: Record<string, unknown>;
  /** What is refused beside what `order` made, and why. */
  readonly clash?: { readonly order: Record<string, unknown>; readonly refusal: string };
  readonly wrong: readonly Record<string, unknown>[];
}

const KINDS: readonly Kind[] = [
  {
    path: '/v1/pricing/tax-rates',
    notFound: '404 tax_rate_not_found',
    unknownId: `tax_${'0'.repeat(26)}`,
    order: { name: 'Books', category: 'books', country: 'FR', ratePpm: 55_000, validFrom: '2020-01-01T00:00:00.000Z' },
    patch: { ratePpm: 60_000 },
    clash: {
      order: { name: 'Other', category: 'books', country: 'FR', ratePpm: 1, validFrom: '2020-01-01T00:00:00.000Z' },
      refusal: '409 tax_rate_taken',
    },
    wrong: [
      { ratePpm: 1_000_001 },
      { ratePpm: -1 },
      { ratePpm: 0.5 },
      { ratePpm: '55000' },
      { country: 'fr' },
      { country: 'EU' },
      { region: 'California' },
      { category: 'Books & more' },
      { validFrom: '2020-01-01' },
      { validFrom: '2020-13-01T00:00:00.000Z' },
      { name: '' },
      { extra: true },
    ],
  },
  {
    path: '/v1/pricing/shipping-zones',
    notFound: '404 shipping_zone_not_found',
    unknownId: `zone_${'0'.repeat(26)}`,
    order: {
      name: 'Iberia',
      countries: ['ES', 'PT'],
      methods: [{ id: 'post', name: 'Post', amounts: [{ currency: 'EUR', amount: 990 }] }],
    },
    patch: { name: 'Peninsula', countries: ['ES', 'PT', 'GI'] },
    clash: { order: { name: 'Other', countries: ['IT', 'PT'], methods: [] }, refusal: '409 country_taken' },
    wrong: [
      { countries: [] },
      { countries: ['IT', 'IT'] },
      { countries: ['ZZ'] },
      { countries: 'IT' },
      { methods: [{ id: 'post', name: 'Post', amounts: [{ currency: 'EUR', amount: -1 }] }] },
      { methods: [{ id: 'post', name: 'Post', amounts: [{ currency: 'XXX', amount: 1 }] }] },
      { methods: [{ id: 'post', name: 'Post', amounts: [] }] },
      { methods: [{ id: 'Express Post', name: 'Post', amounts: [{ currency: 'EUR', amount: 1 }] }] },
    ],
  },
  {
    path: '/v1/pricing/promotions',
    notFound: '404 promotion_not_found',
    unknownId: `promo_${'0'.repeat(26)}`,
    order: { name: 'Spring', discount: { type: 'percent', ratePpm: 100_000 } },
    patch: { active: false, discount: { type: 'fixed', amounts: [{ currency: 'EUR', amount: 500 }] } },
    wrong: [
      { discount: { type: 'percent', ratePpm: 0 } },
      { discount: { type: 'percent', ratePpm: 1_000_001 } },
      { discount: { type: 'fixed', amounts: [] } },
      { discount: { type: 'gift' } },
      { discount: { type: 'percent', ratePpm: 1, amounts: [] } },
      { startsAt: 'tomorrow' },
      { active: 'yes' },
    ],
  },
];

describe.each(KINDS)('$path', ({ path, notFound, unknownId, order, patch, clash, wrong }) => {
  it('are made, shown, changed and deleted, each under the version that was read', async () => {
    const key = { 'idempotency-key': unique('rule') };
    const made = await staff().post(path, order, key);
    expect([made.status, made.body]).toMatchObject([201, { ...order, version: 1 }]);
    const rule = Rule.parse(made.body);
    expect([made.headers['location'], made.headers['etag']]).toEqual([`${path}/${rule.id}`, '"v1"']);

    const again = await staff().post(path, order, key);
    expect([again.status, again.body, again.headers['idempotent-replayed']]).toEqual([201, made.body, 'true']);
    expect(outcome(await staff().post(path, { ...order, name: 'Other' }, key))).toBe('422 idempotency_key_reused');
    expect(outcome(await staff().post(path, order, { 'idempotency-key': undefined }))).toBe('400 invalid_request');
    if (clash !== undefined) expect(outcome(await staff().post(path, clash.order))).toBe(clash.refusal);

    const own = `${path}/${rule.id}`;
    expect((await staff().get(own)).body).toEqual(made.body);
    expect(RulePage.parse((await staff().get(`${path}?limit=100`)).body).items).toContainEqual(made.body);

    expect(outcome(await staff().patch(own, patch))).toBe('428 precondition_required');
    expect(outcome(await staff().patch(own, patch, { 'if-match': '"v2"' }))).toBe('412 version_mismatch');
    expect(outcome(await staff().patch(own, { id: unknownId }, { 'if-match': '"v1"' }))).toBe('400 invalid_request');
    const changed = await staff().patch(own, patch, { 'if-match': '"v1"' });
    expect([changed.status, changed.headers['etag']]).toEqual([200, '"v2"']);
    expect(changed.body).toMatchObject({ ...order, ...patch, id: rule.id, version: 2 });
    expect(outcome(await staff().patch(own, patch, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');

    expect(outcome(await staff().delete(own))).toBe('428 precondition_required');
    expect(outcome(await staff().delete(own, undefined, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    expect(outcome(await staff().delete(own, undefined, { 'if-match': '"v2"' }))).toBe('204');
    expect(outcome(await staff().get(own))).toBe(notFound);
    expect(outcome(await staff().delete(own, undefined, { 'if-match': '"v2"' }))).toBe(notFound);
    expect(outcome(await staff().patch(own, patch, { 'if-match': '"v2"' }))).toBe(notFound);
    expect(outcome(await staff().get(`${path}/${unknownId}`))).toBe(notFound);
  });

  it.each(wrong)('are not made with %j', async (change) => {
    expect(outcome(await staff().post(path, { ...order, ...change }))).toBe('400 invalid_request');
  });

  it('are refused to those who may only read them', async () => {
    const key = await staff().post('/v1/tenants/current/keys', { kind: 'secret', permissions: ['pricing:read'] });
    const reader = as(z.looseObject({ secret: z.string() }).parse(key.body).secret);
    expect(outcome(await reader.get(path))).toBe('200');
    expect(outcome(await reader.post(path, order))).toBe('403 forbidden');
  });
});

describe('the rules of a shop', () => {
  it('that are made at the same time are all made', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        staff().post('/v1/pricing/promotions', {
          name: `At once ${index}`,
          discount: { type: 'percent', ratePpm: 10_000 + index },
        }),
      ),
    );
    expect(answers.map(outcome)).toEqual(answers.map(() => '201'));
    const made = answers.map(({ body }) => Rule.parse(body).id).sort();
    const list = RulePage.parse((await staff().get('/v1/pricing/promotions?limit=100')).body);
    expect(list.items.map(({ id }) => id)).toEqual(expect.arrayContaining(made));
  });

  it('are listed page by page, by a cursor that fits no other list and no other shop', async () => {
    const path = '/v1/pricing/promotions';
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = RulePage.parse((await staff().get(`${path}?limit=5${query}`)).body);
      seen.push(...page.items.map(({ id }) => id));
      if (page.next !== null) {
        const elsewhere = await staff().get(`/v1/pricing/tax-rates?cursor=${page.next}`);
        expect(outcome(elsewhere)).toBe('400 invalid_cursor');
      }
      cursor = page.next;
    } while (cursor !== null);
    expect(seen.length).toBeGreaterThanOrEqual(12);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('hold a promotion that ends after it starts', async () => {
    const period = { startsAt: '2026-02-01T00:00:00.000Z', endsAt: '2026-01-01T00:00:00.000Z' };
    const order = { name: 'Backwards', discount: { type: 'percent', ratePpm: 1 } };
    const refused = await staff().post('/v1/pricing/promotions', { ...order, ...period });
    expect(outcome(refused)).toBe('422 promotion_ends_before_start');
    const made = await staff().post('/v1/pricing/promotions', { ...order, startsAt: period.startsAt });
    const own = `/v1/pricing/promotions/${Rule.parse(made.body).id}`;
    const ended = await staff().patch(own, { endsAt: period.endsAt }, { 'if-match': '"v1"' });
    expect(outcome(ended)).toBe('422 promotion_ends_before_start');
  });
});

describe('the codes of a promotion', () => {
  it('are made once in a shop, however they are spelt, and listed', async () => {
    const order = { name: 'Coupons', discount: { type: 'percent', ratePpm: 50_000 } };
    const [one, two] = await Promise.all([1, 2].map(() => staff().post('/v1/pricing/promotions', order)));
    const codes = `/v1/pricing/promotions/${Rule.parse(one?.body).id}/codes`;
    const others = `/v1/pricing/promotions/${Rule.parse(two?.body).id}/codes`;
    const key = { 'idempotency-key': unique('code') };
    const word = unique('spring');
    const [code, sloppy] = [word.toUpperCase(), ` ${word} `];
    const rest = ['A', 'B', 'C'].map((letter) => `${letter}-${code}`);
    const made = await staff().post(codes, { code: sloppy, limit: 10 }, key);
    expect([made.status, made.body]).toMatchObject([201, { code, limit: 10, perCustomer: null, redeemed: 0 }]);
    const again = await staff().post(codes, { code: sloppy, limit: 10 }, key);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([made.body, 'true']);
    expect(outcome(await staff().post(codes, { code: 'OTHER' }, key))).toBe('422 idempotency_key_reused');
    expect(outcome(await staff().post(codes, { code: word }))).toBe('409 code_taken');
    expect(outcome(await staff().post(others, { code }))).toBe('409 code_taken');
    for (const other of rest) expect(outcome(await staff().post(codes, { code: other }))).toBe('201');
    for (const wrong of [
      {},
      { code: '' },
      { code: 'ä' },
      { code: 'A B' },
      { code: 'X', limit: 0 },
      { code: 'X', limit: 1.5 },
    ]) {
      expect(outcome(await staff().post(codes, wrong))).toBe('400 invalid_request');
    }
    const Page = z.object({ items: z.array(z.looseObject({ code: z.string() })), next: z.string().nullable() });
    const page = async (query: string) => Page.parse((await staff().get(`${codes}?${query}`)).body);
    const listed = (query: string, expected: readonly string[]) =>
      until(`the codes ${expected.join(', ')} to be listed`, async () => {
        const found = await page(query);
        return isDeepStrictEqual(
          found.items.map((item) => item.code),
          expected,
        )
          ? found
          : undefined;
      });
    await listed('limit=10', [...rest, code]);
    const first = await listed('limit=3', rest);
    const last = await listed(`limit=3&cursor=${first.next}`, [code]);
    expect(last.next).toBeNull();
    expect(outcome(await staff().get(`${others}?cursor=${first.next}`))).toBe('400 invalid_cursor');
    const unknown = `/v1/pricing/promotions/promo_${'0'.repeat(26)}/codes`;
    expect(outcome(await staff().get(unknown))).toBe('404 promotion_not_found');
    expect(outcome(await staff().post(unknown, { code: 'X' }))).toBe('404 promotion_not_found');
  });
});
