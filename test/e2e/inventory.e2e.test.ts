import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { newProduct, newShop, unique } from './world.ts';

const Id = z.looseObject({ id: z.string() });
const Locations = z.looseObject({ items: z.array(z.looseObject({ id: z.string(), isDefault: z.boolean() })) });
const Levels = z.looseObject({ items: z.array(z.looseObject({ locationId: z.string(), available: z.number() })) });
const Movements = z.looseObject({ items: z.array(z.looseObject({ delta: z.number(), reason: z.string() })) });

let shop: Shop;
let staff: ReturnType<typeof as>;
let main: string;
beforeAll(async () => {
  shop = await newShop('stock');
  staff = as(shop.secretKey);
  const { items } = Locations.parse((await staff.get('/v1/inventory/locations')).body);
  main = items.find(({ isDefault }) => isDefault)?.id ?? '';
});

const adjust = (reason: string, lines: unknown, headers = {}) =>
  staff.post('/v1/inventory/adjustments', { reason, lines }, headers);
const available = async (variantId: string): Promise<Record<string, number>> => {
  const answer = await staff.get(`/v1/inventory/levels?variantIds=${variantId}`);
  return Object.fromEntries(Levels.parse(answer.body).items.map((level) => [level.locationId, level.available]));
};
const status = async (variantId: string): Promise<unknown> =>
  (await as(shop.publishableKey).get(`/v1/inventory/availability?variantIds=${variantId}`)).body;

describe('locations', () => {
  const path = '/v1/inventory/locations';

  it('are made, shown, changed and deleted, each under the version that was read', async () => {
    const key = { 'idempotency-key': unique('location') };
    const made = await staff.post(path, { name: 'Cellar', country: 'AT', priority: 5 }, key);
    expect([made.status, made.body]).toMatchObject([201, { name: 'Cellar', isDefault: false, version: 1 }]);
    const own = `${path}/${Id.parse(made.body).id}`;
    const again = await staff.post(path, { name: 'Cellar', country: 'AT', priority: 5 }, key);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([made.body, 'true']);
    expect(outcome(await staff.post(path, { name: 'Attic' }, key))).toBe('422 idempotency_key_reused');
    expect((await staff.get(own)).body).toEqual(made.body);
    expect(outcome(await staff.patch(own, { name: 'Vault' }))).toBe('428 precondition_required');
    const changed = await staff.patch(own, { name: 'Vault' }, { 'if-match': '"v1"' });
    expect([changed.status, changed.body]).toMatchObject([200, { name: 'Vault', country: 'AT', version: 2 }]);
    expect(outcome(await staff.patch(own, { name: 'Late' }, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    expect(outcome(await staff.delete(own, undefined, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    expect(outcome(await staff.delete(own, undefined, { 'if-match': '"v2"' }))).toBe('204');
    expect(outcome(await staff.get(own))).toBe('404 location_not_found');
  });

  it('stay while something lies there, and the first one always', async () => {
    const { variantId } = await newProduct(shop, { pieces: 1 });
    const used = Id.parse((await staff.post(path, { name: 'Used' })).body).id;
    expect(outcome(await adjust('received', [{ variantId, locationId: used, delta: 1 }]))).toBe('201');
    for (const id of [used, main]) {
      const { etag } = (await staff.get(`${path}/${id}`)).headers;
      const deleted = await staff.delete(`${path}/${id}`, undefined, { 'if-match': etag });
      expect(outcome(deleted)).toBe('409 location_in_use');
    }
  });
});

describe('stock', () => {
  it('is adjusted by what came or went, or to what was counted, and each movement is kept', async () => {
    const { variantId } = await newProduct(shop, { pieces: 10 });
    const key = { 'idempotency-key': unique('adjustment') };
    const received = await adjust('received', [{ variantId, delta: 5 }], key);
    expect([received.status, received.body]).toMatchObject([
      201,
      { lines: [{ variantId, locationId: main, delta: 5 }] },
    ]);
    const again = await adjust('received', [{ variantId, delta: 5 }], key);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([received.body, 'true']);
    expect(outcome(await adjust('received', [{ variantId, delta: 6 }], key))).toBe('422 idempotency_key_reused');
    expect(await available(variantId)).toEqual({ [main]: 15 });
    expect(outcome(await adjust('damaged', [{ variantId, delta: -3 }]))).toBe('201');
    expect(outcome(await adjust('correction', [{ variantId, setTo: 0 }]))).toBe('201');
    expect(await available(variantId)).toEqual({ [main]: 0 });
    const moved = Movements.parse((await staff.get(`/v1/inventory/movements?variantId=${variantId}`)).body);
    expect(moved.items.map(({ reason, delta }) => `${reason} ${delta}`)).toEqual([
      'correction 10',
      'received 5',
      'damaged -3',
      'correction -12',
    ]);
  });

  it('is adjusted in all lines or in none', async () => {
    const [one, two] = await Promise.all([newProduct(shop, { pieces: 10 }), newProduct(shop, { pieces: 2 })]);
    const good = { variantId: one.variantId, delta: 1 };
    const refused: [unknown, string][] = [
      [{ variantId: two.variantId, delta: -3 }, '409 insufficient_stock'],
      [{ variantId: two.variantId, locationId: `loc_${'0'.repeat(26)}`, delta: 1 }, '422 unknown_location'],
      [good, '422 duplicate_line'],
      [{ variantId: two.variantId, delta: 0.5 }, '400 invalid_request'],
      [{ variantId: two.variantId, setTo: -1 }, '400 invalid_request'],
      [{ variantId: two.variantId, delta: 1e12 }, '400 invalid_request'],
      [{ variantId: two.variantId, delta: 1, setTo: 1 }, '400 invalid_request'],
      [{ variantId: two.variantId }, '400 invalid_request'],
    ];
    for (const [bad, refusal] of refused) {
      expect([bad, outcome(await adjust('correction', [good, bad]))]).toEqual([bad, refusal]);
    }
    expect(outcome(await adjust('import', [good]))).toBe('400 invalid_request');
    expect(outcome(await adjust('correction', []))).toBe('400 invalid_request');
    expect(await available(one.variantId)).toEqual({ [main]: 10 });
    expect(await available(two.variantId)).toEqual({ [main]: 2 });
  });

  it('by many at once is the sum of what each did', async () => {
    const { variantId } = await newProduct(shop, { pieces: 0 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => adjust('received', [{ variantId, delta: 3 }])));
    expect(answers.map(outcome)).toEqual(answers.map(() => '201'));
    expect(await available(variantId)).toEqual({ [main]: 30 });
  });

  it('is told to shoppers in a word', async () => {
    const [full, empty, free] = await Promise.all([
      newProduct(shop, { pieces: 1000 }),
      newProduct(shop, { pieces: 0 }),
      newProduct(shop, { pieces: 'untracked' }),
    ]);
    const told = (variantId: string, word: string) => ({ items: [{ variantId, status: word }], next: null });
    expect(await status(full.variantId)).toEqual(told(full.variantId, 'in_stock'));
    expect(await status(empty.variantId)).toEqual(told(empty.variantId, 'out'));
    expect(await status(free.variantId)).toEqual(told(free.variantId, 'in_stock'));
    const item = `/v1/inventory/items/${empty.variantId}`;
    expect(outcome(await staff.patch(item, { policy: 'continue' }))).toBe('428 precondition_required');
    const { etag } = (await staff.get(item)).headers;
    expect((await staff.patch(item, { policy: 'continue' }, { 'if-match': etag })).body).toMatchObject({
      tracked: true,
      policy: 'continue',
    });
    expect(outcome(await staff.patch(item, { policy: 'deny' }, { 'if-match': etag }))).toBe('412 version_mismatch');
    expect(await status(empty.variantId)).toEqual(told(empty.variantId, 'backorder'));
    expect(await status(`var_${'0'.repeat(26)}`)).toEqual({ items: [], next: null });
    const many = Array.from({ length: 101 }, () => full.variantId).join(',');
    const tooMany = await as(shop.publishableKey).get(`/v1/inventory/availability?variantIds=${many}`);
    expect(outcome(tooMany)).toBe('400 invalid_request');
  });
});
