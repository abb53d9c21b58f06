import { beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../functions/payments/authorize.ts';
import type { PaymentProviderName } from '../../functions/payments/calls.ts';
import { inquire } from '../../functions/payments/inquire.ts';
import { memoryPayments } from '../../functions/payments/memory-payment-store.ts';
import { type Payment, paymentIdOf } from '../../functions/payments/model.ts';
import type { PaymentProvider } from '../../functions/payments/provider.ts';
import { captured, refunded, settle, type SettleDeps } from '../../functions/payments/settle.ts';
import { voidPayment } from '../../functions/payments/void.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import { EUR, orderOf, START, tenantA } from '../orders/fixtures.ts';

export interface ContractProvider {
  readonly name: PaymentProviderName;
  readonly provider: PaymentProvider;
  /** The methods with which it does what they are called here. */
  readonly methods: {
    readonly approved: string;
    readonly declined: string;
    readonly authentication: string;
    readonly captureFails: string;
    readonly lostHeld: string;
    readonly lostNotHeld: string;
  };
  /** How many amounts it holds on cards by its own books; undefined where these are ours. */
  readonly held?: () => number;
}

/**
 * What checkout and settlement promise whatever the provider is. They are tested through our own use cases, because a
 * provider is right when these are.
 */
export const providerContract = (title: string, make: () => ContractProvider): void => {
  describe(title, () => {
    let subject: ContractProvider;
    let deps: SettleDeps;
    const orderId = orderOf('one');
    const paymentId = paymentIdOf(tenantA, orderId);
    const context = { tenant: tenantA, traceId: 'trace' };
    const settler = { ...context, actor: SYSTEM_ACTOR };
    beforeEach(() => {
      subject = make();
      deps = { payments: memoryPayments(), provider: () => subject.provider, now: () => START };
    });

    const pay = (method: string) =>
      authorize(deps)(context, { orderId, amount: 2000, currency: EUR, provider: subject.name, method });
    const ask = () => inquire(deps)(context, { orderId, provider: subject.name });
    const undo = () => voidPayment(deps)(context, { orderId, provider: subject.name });
    const on = (act: (payment: Payment) => Promise<Payment | 'conflict' | { readonly refused: string }>) =>
      settle(deps, settler, paymentId, async (payment) => {
        if (payment === undefined) throw new Error('there is no payment');
        return act(payment);
      });
    const capture = () => on((payment) => captured(deps, settler, payment));
    const refund = () => on((payment) => refunded(deps, settler, payment));
    const expectHeld = (count: number) => {
      if (subject.held !== undefined) expect(subject.held()).toBe(count);
    };

    it('holds an amount once, however often it is asked to', async () => {
      const authorized = { status: 'authorized', paymentId };
      expect(await pay(subject.methods.approved)).toEqual(authorized);
      expect(await pay(subject.methods.approved)).toEqual(authorized);
      expect(await ask()).toEqual({ ...authorized, amount: 2000, currency: EUR });
      expectHeld(1);
    });

    it.each(['declined', 'no_such_card'])('holds nothing with a method that is %s', async (which) => {
      const method = which === 'declined' ? subject.methods.declined : 'pm_no_such_card';
      expect(await pay(method)).toMatchObject({ status: 'declined', code: expect.stringMatching(/^[a-z_]+$/) });
      expectHeld(0);
      expect(['none', 'declined']).toContain((await ask()).status);
      expect(['nothing', 'voided']).toContain((await undo()).status);
    });

    it('says when the shopper must authenticate, and holds nothing', async () => {
      expect(await pay(subject.methods.authentication)).toEqual({ status: 'authentication_required' });
      expectHeld(0);
      expect(['nothing', 'voided']).toContain((await undo()).status);
    });

    it('says what it does not know, and the truth afterwards, when the amount is held', async () => {
      expect(await pay(subject.methods.lostHeld)).toEqual({ status: 'unknown' });
      expect(await ask()).toEqual({ status: 'authorized', paymentId, amount: 2000, currency: EUR });
      expectHeld(1);
    });

    it('says what it does not know, and the truth afterwards, when nothing is held', async () => {
      expect(await pay(subject.methods.lostNotHeld)).toEqual({ status: 'unknown' });
      expect(['none', 'declined']).toContain((await ask()).status);
      expectHeld(0);
    });

    it.each(['approved', 'lostHeld', 'lostNotHeld'] as const)('lets go what was %s, twice the same', async (which) => {
      await pay(subject.methods[which]);
      expect(await undo()).toEqual({ status: 'voided' });
      expect(await undo()).toEqual({ status: 'voided' });
      expectHeld(0);
      expect(await ask()).toEqual({ status: 'voided' });
    });

    it.each(['approved', 'lostHeld', 'lostNotHeld'] as const)('holds nothing %s after it was closed', async (which) => {
      expect(await undo()).toEqual({ status: 'nothing' });
      expect(['closed', 'declined']).toContain((await pay(subject.methods[which])).status);
      expectHeld(0);
      expect(await ask()).toEqual({ status: 'voided' });
    });

    it('takes what is held once, and then lets nothing go', async () => {
      await pay(subject.methods.approved);
      expect(await capture()).toMatchObject({ status: 'captured', capturedAmount: 2000 });
      expect(await capture()).toMatchObject({ status: 'captured', sequence: 1 });
      expect(await undo()).toEqual({ status: 'captured' });
      expect(await ask()).toMatchObject({ status: 'captured' });
    });

    it('tells when it will not hand over what it holds', async () => {
      await pay(subject.methods.captureFails);
      expect(await capture()).toMatchObject({ status: 'capture_failed', capturedAmount: 0 });
    });

    it('takes nothing that was let go', async () => {
      await pay(subject.methods.approved);
      await undo();
      expect(await capture()).toMatchObject({ status: 'voided', capturedAmount: 0 });
    });

    it('gives back what was taken, once', async () => {
      await pay(subject.methods.approved);
      await capture();
      expect(await refund()).toMatchObject({ status: 'refunded', refundedAmount: 2000 });
      expect(await refund()).toMatchObject({ status: 'refunded', sequence: 2 });
    });
  });
};
