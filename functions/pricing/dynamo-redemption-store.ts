import * as z from 'zod';
import {
  ConditionFailed,
  type Item,
  type OpenTenantDb,
  type TenantDb,
  TransactionRefused,
  type Write,
} from '../../lib/runtime/db.ts';
import { codeKey, customerUseKey, redemptionKey } from './keys.ts';
import { Code } from './model.ts';
import type { RedemptionOrder, RedemptionStore } from './store.ts';

/** What was counted for an order, so that exactly that can be taken back. */
const Redemption = z.object({
  state: z.enum(['redeemed', 'released']),
  customerKey: z.string(),
  counted: z.array(z.object({ code: z.string(), overall: z.boolean(), perCustomer: z.boolean() })),
});

const ABSENT = { expression: 'attribute_not_exists(pk)' };
/** A redemption only moves on: absent, redeemed, released. */
const MAX_TRIES = 5;
const COUNT = { '#count': 'redeemed' };

class UsedUp extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`The code ${code} is used up`);
    this.code = code;
  }
}

const answerOf = (item: Item) =>
  Redemption.parse(item).state === 'redeemed' ? ({ status: 'redeemed' } as const) : ({ status: 'closed' } as const);

/** All codes, read consistently. @throws UsedUp for the first of which nothing is left */
const readCodes = async (table: TenantDb, wanted: readonly string[]): Promise<Code[]> => {
  const items = await table.batchGet(wanted.map(codeKey), { consistent: true });
  const codes = new Map(items.map((item) => [String(item['code']), Code.parse(item)]));
  return wanted.map((name) => {
    const code = codes.get(name);
    if (code === undefined || (code.limit !== null && code.redeemed >= code.limit)) throw new UsedUp(name);
    return code;
  });
};

const writesFor = (order: RedemptionOrder, codes: readonly Code[]): { writes: Write[]; codeOf: string[] } => {
  const counted = codes.map(({ code, limit, perCustomer }) => ({
    code,
    overall: limit !== null,
    perCustomer: perCustomer !== null,
  }));
  const { orderId, customerKey } = order;
  const writes: Write[] = [
    { put: { ...redemptionKey(orderId), orderId, state: 'redeemed', customerKey, counted }, condition: ABSENT },
  ];
  const codeOf = [''];
  for (const { code, limit, perCustomer } of codes) {
    if (limit !== null) {
      const update = 'SET #count = #count + :one';
      const condition = '#count < #limit';
      const names = { ...COUNT, '#limit': 'limit' };
      writes.push({ update: codeKey(code), with: { update, condition, names, values: { ':one': 1 } } });
      codeOf.push(code);
    }
    if (perCustomer !== null) {
      const update = 'SET #count = if_not_exists(#count, :zero) + :one';
      const condition = 'attribute_not_exists(#count) OR #count < :most';
      const values = { ':zero': 0, ':one': 1, ':most': perCustomer };
      writes.push({
        update: customerUseKey(code, customerKey),
        with: { update, condition, names: COUNT, values },
      });
      codeOf.push(code);
    }
  }
  return { writes, codeOf };
};

/**
 * One transaction: the order's redemption item, each code's count below its limit, each customer's count below theirs. A
 * released order leaves its item behind, which is what a late redemption runs into.
 */
export const dynamoRedemptions = (db: OpenTenantDb): RedemptionStore => ({
  redeem: async (tenant, order) => {
    const table = db(tenant);
    const wanted = [...new Set(order.codes)];
    try {
      const { writes, codeOf } = writesFor(order, await readCodes(table, wanted));
      const onConflict = async () => {
        await readCodes(table, wanted);
      };
      try {
        await table.transact(writes, { onConflict });
        return { status: 'redeemed' };
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        const earlier = error.reasons[0]?.item;
        if (error.reasons[0]?.failed === true && earlier !== undefined) return answerOf(earlier);
        throw new UsedUp(codeOf[error.reasons.findIndex((reason) => reason.failed)] ?? wanted[0] ?? '');
      }
    } catch (error) {
      if (!(error instanceof UsedUp)) throw error;
      const earlier = await table.get(redemptionKey(order.orderId), { consistent: true });
      return earlier === undefined ? { status: 'exhausted', code: error.code } : answerOf(earlier);
    }
  },

  unredeem: async (tenant, orderId) => {
    const table = db(tenant);
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const item = await table.get(redemptionKey(orderId), { consistent: true });
      try {
        if (item === undefined) {
          const tombstone = { orderId, state: 'released', customerKey: '', counted: [] };
          await table.put({ ...redemptionKey(orderId), ...tombstone }, ABSENT);
          return;
        }
        const redemption = Redemption.parse(item);
        if (redemption.state === 'released') return;
        await table.transact(undoing(orderId, redemption));
        return;
      } catch (error) {
        // Somebody else was here between the read and the write: look again.
        if (!(error instanceof ConditionFailed) && !(error instanceof TransactionRefused)) throw error;
      }
    }
    throw new Error(`The redemption of ${orderId} kept changing`);
  },
});

const undoing = (orderId: string, redemption: z.output<typeof Redemption>): Write[] => {
  const minusOne = { update: 'SET #count = #count - :one', names: COUNT, values: { ':one': 1 } };
  const release = {
    update: 'SET #state = :released',
    condition: '#state = :redeemed',
    names: { '#state': 'state' },
    values: { ':released': 'released', ':redeemed': 'redeemed' },
  };
  return [
    { update: redemptionKey(orderId), with: release },
    ...redemption.counted.flatMap(({ code, overall, perCustomer }): Write[] => [
      ...(overall ? [{ update: codeKey(code), with: minusOne }] : []),
      ...(perCustomer ? [{ update: customerUseKey(code, redemption.customerKey), with: minusOne }] : []),
    ]),
  ];
};
