import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { type TestBooks, TestIntent } from './test-provider.ts';

const intentKey = (intentId: string) => ({ pk: key('test-provider', intentId), sk: 'intent' });

/** The test provider's books, in a corner of the payments table that nothing else reads. */
export const dynamoTestBooks =
  (open: OpenTenantDb) =>
  (tenant: TenantId): TestBooks => {
    const db = open(tenant);
    return {
      find: async (intentId) => {
        const item = await db.get(intentKey(intentId), { consistent: true });
        return item === undefined ? undefined : TestIntent.parse(item);
      },
      open: async (intentId, intent) => {
        try {
          await db.put({ ...intentKey(intentId), ...intent }, { expression: 'attribute_not_exists(pk)' });
          return intent;
        } catch (error) {
          if (error instanceof ConditionFailed && error.item !== undefined) return TestIntent.parse(error.item);
          throw error;
        }
      },
      void: async (intentId) => {
        const voided: TestIntent = { status: 'voided', amount: 0, currency: null, method: null };
        await db.put({ ...intentKey(intentId), ...voided });
      },
    };
  };
