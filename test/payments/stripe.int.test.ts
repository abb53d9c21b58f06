import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PaymentProvider, Remember } from '../../functions/payments/provider.ts';
import { stripeApi } from '../../functions/payments/stripe-api.ts';
import { stripeProvider } from '../../functions/payments/stripe-provider.ts';
import { EUR } from '../orders/fixtures.ts';
import { providerContract } from './provider-contract.ts';
import { FAKE_CARDS, REVOKED } from './stripe-fake/books.ts';
import { startStripeFake, type StripeFake } from './stripe-fake/server.ts';

let fake: StripeFake;
let now = 0;
let accounts = 0;
let heldBefore = 0;
let secretKey = '';
beforeAll(async () => {
  fake = await startStripeFake(() => now);
});
afterAll(() => fake.stop());
beforeEach(() => {
  accounts += 1;
  secretKey = `sk_test_account${accounts}`;
  heldBefore = fake.held();
});

const account = () => Promise.resolve(stripeApi({ secretKey, baseUrl: fake.url }));

providerContract('Stripe', () => {
  heldBefore = fake.held();
  return {
    name: 'stripe',
    provider: stripeProvider(account),
    methods: { ...FAKE_CARDS },
    held: () => fake.held() - heldBefore,
  };
});

describe('the account of a shop at Stripe', () => {
  const intent = (method: string, reference: string | null = null) => ({
    intentId: 'pay_1',
    reference,
    amount: 500,
    currency: EUR,
    method,
  });
  let stripe: PaymentProvider;
  let remembered: (string | null)[];
  const remember: Remember = async (reference) => {
    remembered.push(reference);
    return { reference };
  };
  beforeEach(() => {
    stripe = stripeProvider(account);
    remembered = [];
  });
  const held = async (): Promise<string> => {
    expect(await stripe.authorize(intent(FAKE_CARDS.approved), remember)).toEqual({ status: 'authorized' });
    return String(remembered[0]);
  };

  it('that is not set up declines, and takes nothing', async () => {
    const none = stripeProvider(() => Promise.resolve(undefined));
    const declined = await none.authorize(intent(FAKE_CARDS.approved), remember);
    expect(declined).toMatchObject({ status: 'declined', code: 'provider_not_configured' });
    expect(remembered).toEqual([]);
  });

  it('whose key was revoked declines, and what it held stays to be settled', async () => {
    const reference = await held();
    secretKey += REVOKED;
    const revoked = stripeProvider(account);
    expect(await revoked.authorize({ ...intent(FAKE_CARDS.approved), intentId: 'pay_2' }, remember)).toMatchObject({
      status: 'declined',
      code: 'provider_key_refused',
    });
    const payment = intent(FAKE_CARDS.approved, reference);
    expect(await revoked.void(payment)).toEqual({ status: 'unknown' });
    expect(await revoked.inquire(payment)).toEqual({ status: 'unknown' });
    expect(await revoked.capture(payment)).toMatchObject({ status: 'refused' });
    expect(fake.held() - heldBefore).toBe(1);
  });

  it('holds nothing before its intent is remembered', async () => {
    const stopped = await stripe.authorize(intent(FAKE_CARDS.approved), async () => {
      expect(fake.held() - heldBefore).toBe(0);
      return 'stop';
    });
    expect(stopped).toEqual({ status: 'stopped' });
    expect(fake.held() - heldBefore).toBe(0);
  });

  it('is asked by the id of the intent long after Stripe has forgotten the keys', async () => {
    const reference = await held();
    now += 25 * 3600 * 1000;
    const payment = intent(FAKE_CARDS.approved, reference);
    expect(await stripe.inquire(payment)).toMatchObject({ status: 'authorized', amount: 500 });
    expect(await stripe.capture(payment)).toEqual({ status: 'captured' });
    expect(await stripe.refund(payment)).toEqual({ status: 'refunded' });
    now += 25 * 3600 * 1000;
    expect(await stripe.refund(payment)).toEqual({ status: 'refunded' });
    expect(await stripe.inquire(payment)).toMatchObject({ status: 'captured' });
  });

  it("is another shop's not", async () => {
    const reference = await held();
    secretKey = 'sk_test_somebodyElse';
    const other = stripeProvider(account);
    expect(await other.inquire(intent(FAKE_CARDS.approved, reference))).toEqual({ status: 'none' });
    expect(await other.capture(intent(FAKE_CARDS.approved, reference))).toMatchObject({ status: 'refused' });
  });

  it('does not answer while Stripe is away', async () => {
    const away = stripeProvider(() => Promise.resolve(stripeApi({ secretKey, baseUrl: 'http://127.0.0.1:9' })));
    expect(await away.authorize(intent(FAKE_CARDS.approved), remember)).toEqual({ status: 'unknown' });
    expect(await away.refund(intent(FAKE_CARDS.approved, 'pi_1'))).toEqual({ status: 'unknown' });
  });
});
