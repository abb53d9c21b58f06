import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import * as z from 'zod';
import { tenantDb } from '../../lib/runtime/db.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { DayCount, UsageStore } from './usage-store.ts';

const USAGE_PK = 'usage';
const BUCKETS = 16;
const UsageItem = z.object({ sk: z.string(), orders: z.set(z.string()) });

/**
 * Usage in DynamoDB. An order is counted by adding its fingerprint to a set, which is idempotent by itself: one write
 * unit and no transaction. A set is one of 16 of an hour, so that busy shops' items stay small and cheap to write
 * (6,000 orders an hour make items of 5 kB).
 */
export const dynamoUsage = (client: DynamoDb, table: string): UsageStore => {
  const db = tenantDb(client, table);
  return {
    countOrder: async (tenant, orderId, confirmedAt) => {
      const fingerprint = sha256Hex(orderId);
      const bucket = Number.parseInt(fingerprint.slice(-4), 16) % BUCKETS;
      const instant = confirmedAt.toISOString();
      const sk = key(instant.slice(0, 10), instant.slice(11, 13), bucket);
      await db(tenant).update(
        { pk: USAGE_PK, sk },
        { update: 'ADD orders :order', values: { ':order': new Set([fingerprint.slice(0, 12)]) } },
      );
    },

    days: async (tenant, from, to) => {
      const days = new Map<string, number>();
      let after: Readonly<Record<string, string | number>> | undefined;
      do {
        const page = await db(tenant).query({
          pk: USAGE_PK,
          sk: { between: [from, `${to}~`] },
          ...(after === undefined ? {} : { after }),
        });
        for (const item of page.items) {
          const { sk, orders } = UsageItem.parse(item);
          const date = sk.slice(0, 10);
          days.set(date, (days.get(date) ?? 0) + orders.size);
        }
        after = page.last;
      } while (after !== undefined);
      return [...days].map(([date, orders]): DayCount => ({ date, orders }));
    },
  };
};
