import type { Position } from '../../lib/runtime/cursor.ts';
import type { Item, TenantDb } from '../../lib/runtime/db.ts';
import { fits, queryFor } from './order-index.ts';
import { parseOrder } from './order-item.ts';
import type { OrderFilter, OrderPage, StoredOrder } from './store.ts';

/** Pages of keys that one call reads before it answers with what it has found so far. */
const MAX_SCANNED_PAGES = 10;

const positionIn = (index: string, entry: Item): Position => {
  const position: Record<string, string> = {};
  for (const name of ['pk', 'sk', `${index}pk`, `${index}sk`]) position[name] = String(entry[name]);
  return position;
};

/**
 * Reads keys from the narrowest index and then the orders themselves: the index holds keys only, so that it costs nothing
 * when an order moves on, and may be late; the orders say whether they fit.
 */
export const listOrders = async (
  db: TenantDb,
  filter: OrderFilter,
  limit: number,
  after: Position | undefined,
): Promise<OrderPage> => {
  const query = queryFor(filter);
  const orders: StoredOrder[] = [];
  let position = after;
  for (let scanned = 0; scanned < MAX_SCANNED_PAGES; scanned += 1) {
    const page = await db.query({ ...query, limit, ...(position === undefined ? {} : { after: position }) });
    const keys = page.items.map((entry) => ({ pk: String(entry['pk']), sk: String(entry['sk']) }));
    const items = await db.batchGet(keys, { consistent: true });
    const byKey = new Map(items.map((item) => [item['pk'], parseOrder(item)]));
    for (const [at, entry] of page.items.entries()) {
      const order = byKey.get(entry['pk']);
      if (order === undefined || !fits(filter, order)) continue;
      orders.push(order);
      if (orders.length < limit) continue;
      const more = at < page.items.length - 1 || page.last !== undefined;
      return { orders, next: more ? positionIn(query.index, entry) : undefined };
    }
    if (page.last === undefined) return { orders, next: undefined };
    position = page.last;
  }
  return { orders, next: position };
};
