import { beforeEach, describe, expect, it } from 'vitest';
import type { Payment } from '../../functions/payments/model.ts';
import { paymentIdOf } from '../../functions/payments/model.ts';
import type { OpenPayments, PaymentStore } from '../../functions/payments/store.ts';
import { at, EUR, orderOf, shopper, START, tenantA, tenantB } from '../orders/fixtures.ts';

export const paymentOf = (name: string, facts: Partial<Payment> = {}): Payment => ({
  id: paymentIdOf(tenantA, orderOf(name)),
  orderId: orderOf(name),
  provider: 'test',
  reference: null,
  method: 'card_approved',
  status: 'authorized',
  currency: EUR,
  amount: 2000,
  capturedAmount: 0,
  refundedAmount: 0,
  failureCode: null,
  captureTries: 0,
  requests: {},
  version: 1,
  sequence: 0,
  createdAt: at(0),
  updatedAt: at(0),
  actor: shopper,
  traceId: 'trace-1',
  ...facts,
});

/** What every store of payments promises. */
export const paymentStoreContract = (make: () => Promise<OpenPayments>): void => {
  let open: OpenPayments;
  let payments: PaymentStore;
  const one = paymentOf('one');
  beforeEach(async () => {
    open = await make();
    payments = open(tenantA);
  });

  describe('a payment', () => {
    it('is opened once, for its tenant only', async () => {
      expect(await payments.open(one)).toBeUndefined();
      expect(await payments.open({ ...one, amount: 1 })).toEqual(one);
      expect(await payments.find(one.id)).toEqual(one);
      expect(await open(tenantB).find(one.id)).toBeUndefined();
    });

    it('cannot be opened any more once it was closed, nor closed once it was opened', async () => {
      expect(await payments.close(one.id, one.orderId, START)).toBeUndefined();
      expect(await payments.open(one)).toBe('closed');
      expect(await payments.find(one.id)).toBe('closed');
      expect(await payments.close(one.id, one.orderId, START)).toBe('closed');

      const two = paymentOf('two');
      await payments.open(two);
      expect(await payments.close(two.id, two.orderId, START)).toEqual(two);
      expect(await payments.find(two.id)).toEqual(two);
    });

    it('changes from the very version that was read, one writer at a time', async () => {
      await payments.open(one);
      const requests = { capture: { scope: 's', hash: 'h' } };
      const next: Payment = { ...one, version: 2, status: 'captured', capturedAmount: 2000, sequence: 1, requests };
      const outcomes = await Promise.all([payments.change(next), payments.change({ ...next, status: 'voided' })]);
      expect(outcomes.toSorted()).toEqual(['changed', 'conflict']);
      expect(await payments.change({ ...next, version: 4 })).toBe('conflict');
      expect(await payments.change(paymentOf('none', { version: 2 }))).toBe('conflict');
      expect(await payments.find(one.id)).toMatchObject({ version: 2 });
    });
  });

  describe('the list', () => {
    it('is newest first, page by page, of one tenant, without what was only closed', async () => {
      for (const [index, name] of ['one', 'two', 'three'].entries()) {
        await payments.open(paymentOf(name, { createdAt: at(index) }));
      }
      await payments.close(paymentOf('never').id, orderOf('never'), START);
      const first = await payments.list(2, undefined);
      expect(first.payments.map(({ orderId }) => orderId)).toEqual(['three', 'two'].map(orderOf));
      const second = await payments.list(2, first.next);
      expect(second.payments.map(({ orderId }) => orderId)).toEqual([orderOf('one')]);
      expect(second.next).toBeUndefined();
      expect((await open(tenantB).list(2, undefined)).payments).toEqual([]);
    });
  });
};
