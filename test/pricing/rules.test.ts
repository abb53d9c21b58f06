import { describe, expect, it } from 'vitest';
import { createCode } from '../../functions/pricing/create-code.ts';
import { createPromotion } from '../../functions/pricing/create-promotion.ts';
import { createQuote, createQuoteRoute } from '../../functions/pricing/create-quote.ts';
import { createShippingZone } from '../../functions/pricing/create-shipping-zone.ts';
import { createTaxRate } from '../../functions/pricing/create-tax-rate.ts';
import { deleteTaxRate } from '../../functions/pricing/delete-tax-rate.ts';
import { getTaxRate } from '../../functions/pricing/get-tax-rate.ts';
import { listCodes } from '../../functions/pricing/list-codes.ts';
import { listTaxRates } from '../../functions/pricing/list-tax-rates.ts';
import { memoryPricing } from '../../functions/pricing/memory-stores.ts';
import {
  CodeInput,
  promotionId,
  PromotionInput,
  ShippingZoneInput,
  taxRateId,
  TaxRateInput,
  TaxRatePatch,
} from '../../functions/pricing/model.ts';
import { updateTaxRate } from '../../functions/pricing/update-tax-rate.ts';
import { AT, tenantA, tenantB, variant, variantIdOf } from './fixtures.ts';
import { idempotencyOf } from './store-contract.ts';

const staff = {
  kind: 'staff' as const,
  actorId: 'staff',
  credentialId: 'c',
  sessionId: 's',
  permissions: [],
  tenantStatus: 'active' as const,
  tenant: tenantA,
  settings: {
    country: 'DE',
    currencies: ['EUR'],
    locales: ['de'],
    timeZone: 'UTC',
    taxMode: 'inclusive' as const,
    capture: 'now' as const,
    orderPrefix: '',
  },
};
const rest = {
  caller: staff,
  params: undefined,
  query: undefined,
  body: undefined,
  idempotency: undefined,
  ifMatch: undefined,
  guestToken: undefined,
  traceId: 't',
  requestId: 'r',
  sourceIp: '127.0.0.1',
};
const germany = { name: 'VAT', country: 'DE', ratePpm: 190_000, validFrom: '2020-01-01T00:00:00.000Z' };

const shop = () => {
  const stores = memoryPricing();
  const deps = { ...stores, now: () => new Date(AT) };
  return {
    stores,
    deps,
    create: (key: string, facts: object = {}, requestHash?: string) =>
      createTaxRate(deps)({
        ...rest,
        body: TaxRateInput.parse({ ...germany, ...facts }),
        idempotency: idempotencyOf(key, requestHash),
      }),
    update: (id: string, facts: object, ifMatch?: number) =>
      updateTaxRate(deps)({
        ...rest,
        params: { taxRateId: taxRateId.schema.parse(id) },
        body: TaxRatePatch.parse(facts),
        ifMatch,
      }),
    list: (limit: number, cursor?: string) => listTaxRates(deps)({ ...rest, query: { limit, cursor } }),
  };
};

describe('rules', () => {
  it('are made once per key; another request with that key is refused', async () => {
    const { create, list } = shop();
    const first = await create('k');
    expect(first).toMatchObject({ version: 1, body: { category: 'standard', region: null, version: 1 } });
    expect(await create('k')).toMatchObject({ replayed: true, body: { id: first.body.id } });
    await expect(create('k', {}, 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect((await list(10)).body.items).toHaveLength(1);
  });
  it('refuse a second rate for the same category, place and instant', async () => {
    const { create } = shop();
    await create('k');
    await expect(create('l', { ratePpm: 1 })).rejects.toMatchObject({ code: 'tax_rate_taken' });
    await expect(create('m', { region: 'BY' })).resolves.toBeDefined();
  });
  it('change by merge patch: what is not named stays, null empties', async () => {
    const { create, update } = shop();
    const { body } = await create('k', { region: 'BY', category: 'books' });
    expect((await update(body.id, { ratePpm: 7 }, 1)).body).toMatchObject({
      ratePpm: 7,
      region: 'BY',
      category: 'books',
      version: 2,
    });
    expect((await update(body.id, { region: null }, 2)).body).toMatchObject({ region: null, version: 3 });
    await expect(update(body.id, { ratePpm: 8 }, 2)).rejects.toMatchObject({ code: 'version_mismatch' });
    await expect(update(taxRateId.random(), { ratePpm: 8 }, 1)).rejects.toMatchObject({ code: 'tax_rate_not_found' });
  });
  it('are gone after a delete at the right version', async () => {
    const { create, deps } = shop();
    const { body } = await create('k');
    const params = { taxRateId: taxRateId.schema.parse(body.id) };
    await expect(deleteTaxRate(deps)({ ...rest, params, ifMatch: 5 })).rejects.toMatchObject({
      code: 'version_mismatch',
    });
    await deleteTaxRate(deps)({ ...rest, params, ifMatch: 1 });
    await expect(getTaxRate(deps)({ ...rest, params })).rejects.toMatchObject({ code: 'tax_rate_not_found' });
  });
  it('are not there for another tenant', async () => {
    const { create, deps } = shop();
    const { body } = await create('k');
    const params = { taxRateId: taxRateId.schema.parse(body.id) };
    const theirs = { ...rest, caller: { ...staff, tenant: tenantB }, params };
    await expect(getTaxRate(deps)(theirs)).rejects.toMatchObject({ code: 'tax_rate_not_found' });
  });
  it('are listed in pages, by a cursor that is bound to the tenant', async () => {
    const { create, list, deps } = shop();
    for (const country of ['DE', 'AT', 'FR']) await create(country, { country });
    const first = await list(2);
    expect(first.body.items.map(({ country }) => country)).toEqual(['DE', 'AT']);
    const second = await list(2, first.body.next ?? '');
    expect(second.body).toMatchObject({ items: [{ country: 'FR' }], next: null });
    const theirs = {
      ...rest,
      caller: { ...staff, tenant: tenantB },
      query: { limit: 2, cursor: first.body.next ?? '' },
    };
    await expect(listTaxRates(deps)(theirs)).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
  it('a country is in one shipping zone only', async () => {
    const { deps } = shop();
    const zone = (key: string, countries: string[]) =>
      createShippingZone(deps)({
        ...rest,
        body: ShippingZoneInput.parse({ name: key, countries, methods: [] }),
        idempotency: idempotencyOf(key),
      });
    await zone('one', ['DE', 'AT']);
    await expect(zone('two', ['FR', 'AT'])).rejects.toMatchObject({ code: 'country_taken' });
  });
  it('a promotion ends after it starts', async () => {
    const { deps } = shop();
    const times = { startsAt: '2026-06-01T00:00:00.000Z', endsAt: '2026-06-01T00:00:00.000Z' };
    const body = PromotionInput.parse({ name: 'x', discount: { type: 'percent', ratePpm: 1 }, ...times });
    const making = createPromotion(deps)({ ...rest, body, idempotency: idempotencyOf('k') });
    await expect(making).rejects.toMatchObject({ code: 'promotion_ends_before_start' });
  });
});

describe('codes', () => {
  it('belong to a promotion that exists, and are unique in the shop', async () => {
    const { deps } = shop();
    const promoted = await createPromotion(deps)({
      ...rest,
      body: PromotionInput.parse({ name: 'x', discount: { type: 'percent', ratePpm: 1 } }),
      idempotency: idempotencyOf('p'),
    });
    const params = { promotionId: promotionId.schema.parse(promoted.body.id) };
    const make = (key: string, code: string, of = params) =>
      createCode(deps)({
        ...rest,
        params: of,
        body: CodeInput.parse({ code, limit: 3 }),
        idempotency: idempotencyOf(key),
      });
    expect((await make('k', ' sale ')).body).toMatchObject({ code: 'SALE', limit: 3, perCustomer: null, redeemed: 0 });
    expect(await make('k', 'sale')).toMatchObject({ replayed: true });
    await expect(make('l', 'SALE')).rejects.toMatchObject({ code: 'code_taken' });
    await expect(make('m', 'X', { promotionId: promotionId.random() })).rejects.toMatchObject({
      code: 'promotion_not_found',
    });
    const listed = await listCodes(deps)({ ...rest, params, query: { limit: 20, cursor: undefined } });
    expect(listed.body).toMatchObject({ items: [{ code: 'SALE' }], next: null });
  });
});

describe('POST /v1/pricing/quotes', () => {
  const ask = async (context: { currency: string; country?: string }) => {
    const { stores, deps, create } = shop();
    await create('k');
    await stores.variants.keep(tenantA, variant('a', { EUR: 11_900 }), 1);
    const body = createQuoteRoute.body.parse({ context, lines: [{ variantId: variantIdOf('a'), quantity: 1 }] });
    return createQuote(deps)({ ...rest, body });
  };
  it("uses the shop's country and tax mode unless the client says another country", async () => {
    expect((await ask({ currency: 'EUR' })).body).toMatchObject({ total: 11_900, taxTotal: 1900 });
    expect((await ask({ currency: 'EUR', country: 'FR' })).body).toMatchObject({ total: 11_900, taxTotal: 0 });
  });
  it('refuses with the reason as a problem', async () => {
    await expect(ask({ currency: 'USD' })).rejects.toMatchObject({
      status: 422,
      code: 'price_missing',
      extensions: { variantIds: [variantIdOf('a')] },
    });
  });
});
