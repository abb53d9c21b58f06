import { beforeEach, describe, expect, it } from 'vitest';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TestBooks, TestIntent } from '../../functions/payments/test-provider.ts';
import { EUR, tenantA, tenantB } from '../orders/fixtures.ts';

/** What the books of the test provider promise. */
export const testBooksContract = (make: () => Promise<(tenant: TenantId) => TestBooks>): void => {
  describe('the test provider’s books', () => {
    let open: (tenant: TenantId) => TestBooks;
    beforeEach(async () => {
      open = await make();
    });
    const held: TestIntent = { status: 'authorized', amount: 2000, currency: EUR, method: 'card' };

    it('keep the first word about an intent until it is voided', async () => {
      const books = open(tenantA);
      expect(await books.find('pay_1')).toBeUndefined();
      expect(await books.open('pay_1', held)).toEqual(held);
      expect(await books.open('pay_1', { ...held, amount: 1 })).toEqual(held);
      expect(await books.find('pay_1')).toEqual(held);
      expect(await open(tenantB).find('pay_1')).toBeUndefined();
      await books.void('pay_1');
      expect(await books.find('pay_1')).toMatchObject({ status: 'voided' });
      expect(await books.open('pay_1', held)).toMatchObject({ status: 'voided' });
    });
  });
};
