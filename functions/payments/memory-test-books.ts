import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TestBooks, TestIntent } from './test-provider.ts';

/** The test provider's books in memory, for tests. */
export const memoryTestBooks = (): ((tenant: TenantId) => TestBooks) => {
  const intents = new Map<string, TestIntent>();
  return (tenant) => ({
    find: async (intentId) => intents.get(`${tenant} ${intentId}`),
    open: async (intentId, intent) => {
      const existing = intents.get(`${tenant} ${intentId}`);
      if (existing === undefined) intents.set(`${tenant} ${intentId}`, intent);
      return existing ?? intent;
    },
    void: async (intentId) => {
      intents.set(`${tenant} ${intentId}`, { status: 'voided', amount: 0, currency: null, method: null });
    },
  });
};
