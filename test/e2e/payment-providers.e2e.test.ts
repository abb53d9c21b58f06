import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { FAKE_CARDS, REVOKED } from '../payments/stripe-fake/books.ts';
import { startStripeFake, type StripeFake } from '../payments/stripe-fake/server.ts';
import { as, outcome } from './caller.ts';
import { makeOverdue, reconcile } from './dead-work.ts';
import { api, newProduct, newShop, unique } from './world.ts';

const PATH = '/v1/payments/providers/stripe';
const Payment = z.looseObject({ id: z.string(), status: z.string(), provider: z.string() });
const Order = z.looseObject({ status: z.string(), paymentStatus: z.string() });
/** A cloud on this machine reaches a fake of Stripe on it; a deployment in an account does not. */
const local = inject('deployment').endpoint !== undefined;

describe('the account of a shop at a payment provider', () => {
  it('is set by its staff, and its key is never shown', async () => {
    const staff = as((await newShop('account')).secretKey);
    expect(outcome(await staff.get(PATH))).toBe('404 provider_not_configured');
    expect(outcome(await staff.get('/v1/payments/providers/nobody'))).toBe('404 provider_not_found');
    expect(outcome(await staff.put('/v1/payments/providers/test', { secretKey: 'sk_test_abcdefgh1234' }))).toBe(
      '404 provider_not_found',
    );
    expect(outcome(await staff.put(PATH, { secretKey: 'pk_test_abcdefgh1234' }))).toBe('400 invalid_request');

    const secretKey = `sk_test_${unique('k').replace('-', '')}wxyz`;
    const set = await staff.put(PATH, { secretKey });
    expect(set.status).toBe(200);
    expect(set.body).toMatchObject({ name: 'stripe', mode: 'test', keyHint: 'wxyz' });
    const shown = await staff.get(PATH);
    expect(shown.body).toEqual(set.body);
    expect(shown.text + set.text).not.toContain(secretKey);
    const live = await staff.put(PATH, { secretKey: 'rk_live_abcdefgh9876' });
    expect(live.body).toMatchObject({ mode: 'live', keyHint: '9876' });
  });
});

if (local) {
  describe('payments by Stripe', () => {
    let fake: StripeFake;
    let now: Shop;
    let later: Shop;
    const variants = new Map<Shop, string>();
    beforeAll(async () => {
      fake = await startStripeFake(() => performance.now());
      [now, later] = await Promise.all([newShop('stripe'), newShop('stripe-later')]);
      const current = await api.send('GET', '/v1/tenants/current', { credential: later.secretKey });
      await call(api, z.unknown(), 'PATCH', '/v1/tenants/current', {
        credential: later.secretKey,
        headers: { 'if-match': current.headers['etag'] },
        body: { settings: { capture: 'fulfilment' } },
      });
      for (const shop of [now, later]) {
        variants.set(shop, (await newProduct(shop, { pieces: 'untracked' })).variantId);
        const secretKey = `sk_test_${unique('k').replace('-', '')}`;
        await call(api, z.unknown(), 'PUT', PATH, {
          credential: shop.secretKey,
          body: { secretKey, baseUrl: fake.url },
        });
      }
    });
    afterAll(() => fake.stop());

    const buy = async (shop: Shop, method: string) => {
      const lines = [{ variantId: variants.get(shop) ?? '', quantity: 1 }];
      const cart = await createCart(api, shop, { currency: 'EUR', lines, shippingMethodId: SHIPPING_METHOD });
      return checkOut(api, shop, { cart, method, provider: 'stripe' });
    };
    const placed = async (shop: Shop): Promise<string> => {
      const answer = await buy(shop, FAKE_CARDS.approved);
      expect(answer.status, answer.text).toBe(201);
      return Placed.parse(answer.body).order.id;
    };
    const paymentOf = async (shop: Shop, orderId: string) => {
      const { body } = await as(shop.secretKey).get(`/v1/payments?orderId=${orderId}`);
      const [payment] = z.object({ items: z.array(Payment) }).parse(body).items;
      return Payment.parse(payment);
    };
    const settled = (shop: Shop, orderId: string, status: string) =>
      until(`the order's payment to be ${status}`, async () => {
        const order = Order.parse((await as(shop.secretKey).get(`/v1/orders/${orderId}`)).body);
        return order.paymentStatus === status ? order : undefined;
      });

    it('are held, taken after the order, and given back', async () => {
      const orderId = await placed(now);
      await settled(now, orderId, 'captured');
      const { id, provider } = await paymentOf(now, orderId);
      expect(provider).toBe('stripe');
      const before = fake.taken();
      expect((await as(now.secretKey).post(`/v1/payments/${id}/refunds`, {})).status).toBe(201);
      expect(fake.taken()).toBeLessThan(before);
      await settled(now, orderId, 'refunded');
    });

    it('are taken or let go by hand where the shop waits for the fulfilment', async () => {
      const taken = await paymentOf(later, await placed(later));
      expect((await as(later.secretKey).post(`/v1/payments/${taken.id}/capture`, {})).body).toMatchObject({
        status: 'captured',
      });
      const released = await paymentOf(later, await placed(later));
      const held = fake.held();
      expect((await as(later.secretKey).post(`/v1/payments/${released.id}/void`, {})).body).toMatchObject({
        status: 'voided',
      });
      expect(fake.held()).toBe(held - 1);
    });

    it('that are declined order nothing and hold nothing', async () => {
      const held = fake.held();
      const answer = await buy(later, FAKE_CARDS.withoutMoney);
      expect([answer.status, problemCode(answer)]).toEqual([402, 'payment_declined']);
      expect(answer.body).toMatchObject({ declineCode: 'insufficient_funds' });
      expect(fake.held()).toBe(held);
    });

    it.each([
      [FAKE_CARDS.lostHeld, 'completed'],
      [FAKE_CARDS.lostNotHeld, 'refused'],
    ])('whose answer is lost (%s) are %s by the truth of the intent', async (method, verdict) => {
      const answer = await buy(later, method);
      expect(answer.status).toBe(202);
      const { checkoutId } = z.object({ checkoutId: z.string() }).parse(answer.body);
      await makeOverdue(later.tenantId, checkoutId);
      await until('a verdict', async () => {
        await reconcile();
        const { body } = await as(later.secretKey).get(`/v1/orders/checkouts/${checkoutId}`);
        return z.looseObject({ status: z.string() }).parse(body).status === verdict ? true : undefined;
      });
    });

    it('with a key that Stripe takes no more are declined', async () => {
      const shop = await newShop('revoked');
      variants.set(shop, (await newProduct(shop, { pieces: 'untracked' })).variantId);
      const secretKey = `sk_test_12345678${REVOKED}`;
      const body = { secretKey, baseUrl: fake.url };
      await call(api, z.unknown(), 'PUT', PATH, { credential: shop.secretKey, body });
      const answer = await buy(shop, FAKE_CARDS.approved);
      expect([answer.status, problemCode(answer)]).toEqual([402, 'payment_declined']);
      expect(answer.body).toMatchObject({ declineCode: 'provider_key_refused' });
    });
  });
}
