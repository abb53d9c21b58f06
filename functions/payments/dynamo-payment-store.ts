import { ConditionFailed, type Item, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { closedItem, parseRecord, paymentKey, toPaymentItem } from './payment-item.ts';
import type { OpenPayments } from './store.ts';

const ABSENT = { expression: 'attribute_not_exists(pk)' };

/** Payments in DynamoDB; the layout is in payment-item.ts. */
export const dynamoPayments =
  (open: OpenTenantDb): OpenPayments =>
  (tenant) => {
    const db = open(tenant);
    const putOnce = async (item: Item) => {
      try {
        await db.put(item, ABSENT);
        return undefined;
      } catch (error) {
        if (error instanceof ConditionFailed && error.item !== undefined) return parseRecord(error.item);
        throw error;
      }
    };
    return {
      open: (payment) => putOnce(toPaymentItem(payment)),
      close: (paymentId, orderId, now) => putOnce(closedItem(paymentId, orderId, now)),

      find: async (paymentId) => {
        const item = await db.get(paymentKey(paymentId), { consistent: true });
        return item === undefined ? undefined : parseRecord(item);
      },

      change: async (next) => {
        try {
          await db.put(toPaymentItem(next), {
            expression: 'version = :version',
            values: { ':version': next.version - 1 },
          });
          return 'changed';
        } catch (error) {
          if (error instanceof ConditionFailed) return 'conflict';
          throw error;
        }
      },

      // The index holds keys only: it costs nothing when a payment moves on. The payments themselves are read.
      list: async (limit, after) => {
        const page = await db.query({
          index: 'gsi1',
          pk: 'payments',
          forward: false,
          limit,
          ...(after === undefined ? {} : { after }),
        });
        const keys = page.items.map((entry) => ({ pk: String(entry['pk']), sk: String(entry['sk']) }));
        const items = await db.batchGet(keys, { consistent: true });
        const byKey = new Map(items.map((item) => [item['pk'], parseRecord(item)]));
        const records = page.items.flatMap((entry) => byKey.get(entry['pk']) ?? []);
        return { payments: records.filter((record) => record !== 'closed'), next: page.last };
      },
    };
  };
