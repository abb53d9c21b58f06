import type { TenantId } from '../../lib/runtime/tenant.ts';
import { fits } from './order-index.ts';
import type { OrderEvent } from './order-event.ts';
import { applyEvent } from './order-state.ts';
import { emailHash, type Particulars } from './particulars.ts';
import type { DueOrders, OpenOrders, OrderStore, StoredOrder } from './store.ts';

interface Row {
  readonly order: StoredOrder;
  readonly dueAt: Date | undefined;
  readonly emailHash: string | undefined;
}

/** Orders in memory, for tests: the same promises as the table's, without its limits. */
export const memoryOrders = (): { readonly open: OpenOrders; readonly dueOrders: DueOrders } => {
  const tenants = new Map<TenantId, Map<string, Row>>();
  const rowsOf = (tenant: TenantId): Map<string, Row> => {
    const rows = tenants.get(tenant) ?? new Map<string, Row>();
    tenants.set(tenant, rows);
    return rows;
  };

  const open: OpenOrders = (tenant): OrderStore => {
    const rows = rowsOf(tenant);
    const mustFind = (orderId: string): Row => {
      const row = rows.get(orderId);
      if (row === undefined) throw new Error(`There is no order ${orderId}`);
      return row;
    };
    const appended = (row: Row, event: OrderEvent, dueAt: Date | undefined, particulars?: Particulars): StoredOrder => {
      const { order } = row;
      const changed = {
        ...order,
        state: applyEvent(order.state.orderId, order.state, event),
        recent: [...order.recent, event],
        particulars: particulars ?? order.particulars,
      };
      rows.set(order.state.orderId, { ...row, order: changed, dueAt });
      return changed;
    };

    return {
      place: async ({ orderId, attempt, requestHash, owner, event, particulars, dueAt }) => {
        const existing = rows.get(orderId);
        if (existing !== undefined) return { outcome: 'exists', order: existing.order };
        const order: StoredOrder = {
          state: applyEvent(orderId, undefined, event),
          particulars,
          control: { ...owner, attempt, epoch: 1, requestHash, parked: false },
          recent: [event],
          base: undefined,
        };
        const { email } = particulars;
        rows.set(orderId, {
          order,
          dueAt,
          emailHash: email === null || owner.customerId !== null ? undefined : emailHash(tenant, email),
        });
        return { outcome: 'placed' };
      },

      confirm: async (orderId, { epoch, version }, event) => {
        const row = mustFind(orderId);
        const { state, control } = row.order;
        if (state.status !== 'pending' || control.epoch !== epoch || state.version !== version) {
          return { outcome: 'kept', order: row.order };
        }
        return { outcome: 'confirmed', order: appended(row, event, undefined) };
      },

      park: async (orderId, epoch) => {
        const row = mustFind(orderId);
        const { state, control } = row.order;
        if (state.status !== 'pending' || control.epoch !== epoch) return;
        rows.set(orderId, { ...row, order: { ...row.order, control: { ...control, parked: true } } });
      },

      reject: async ({ orderId, attempt, requestHash, owner, event }) => {
        const row = rows.get(orderId);
        if (row === undefined) {
          const order: StoredOrder = {
            state: applyEvent(orderId, undefined, event),
            particulars: { email: null, shippingAddress: null, billingAddress: null, note: null, metadata: {} },
            control: { ...owner, attempt, epoch: 1, requestHash, parked: false },
            recent: [event],
            base: undefined,
          };
          rows.set(orderId, { order, dueAt: undefined, emailHash: undefined });
          return { outcome: 'rejected', order };
        }
        const { state, control } = row.order;
        if (state.status === 'rejected') return { outcome: 'rejected', order: row.order };
        if (state.status !== 'pending' || control.epoch !== 1 || control.attempt !== attempt) {
          return { outcome: 'kept', order: row.order };
        }
        return { outcome: 'rejected', order: appended(row, event, undefined) };
      },

      rejectTaken: async (orderId, epoch, event) => {
        const row = mustFind(orderId);
        const { state, control } = row.order;
        if (state.status === 'rejected') return { outcome: 'rejected', order: row.order };
        if (state.status !== 'pending' || control.epoch !== epoch) return { outcome: 'kept', order: row.order };
        return { outcome: 'rejected', order: appended(row, event, undefined) };
      },

      takeOver: async (orderId, now, dueAgainAt) => {
        const row = rows.get(orderId);
        if (row?.order.state.status !== 'pending' || row.dueAt === undefined || row.dueAt > now) return undefined;
        const epoch = row.order.control.epoch + 1;
        const order = { ...row.order, control: { ...row.order.control, epoch } };
        rows.set(orderId, { ...row, order, dueAt: dueAgainAt(epoch) });
        return order;
      },

      append: async (order, event, particulars) => {
        const row = mustFind(order.state.orderId);
        if (row.order.state.version !== order.state.version) return 'conflict';
        return appended(row, event, row.dueAt, particulars);
      },

      find: async (orderId) => rows.get(orderId)?.order,
      findAll: async (orderIds) => orderIds.flatMap((orderId) => rows.get(orderId)?.order ?? []),
      history: async (order) => order.recent,

      list: async (filter, limit, after) => {
        const keyOf = ({ state }: StoredOrder): string => `${state.createdAt}#${state.orderId}`;
        const fitting = [...rows.values()]
          .filter((row) => filter.emailHash === undefined || row.emailHash === filter.emailHash)
          .map(({ order }) => order)
          .filter((order) => fits(filter, order))
          .filter((order) => after === undefined || keyOf(order) < String(after['key']))
          .toSorted((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
        const orders = fitting.slice(0, limit);
        const last = orders.at(-1);
        return { orders, next: last === undefined || fitting.length <= limit ? undefined : { key: keyOf(last) } };
      },
    };
  };

  const dueOrders: DueOrders = {
    due: async (now) =>
      [...tenants].flatMap(([tenant, rows]) =>
        [...rows.values()].flatMap(({ order, dueAt }) =>
          dueAt !== undefined && dueAt <= now ? [{ tenant, orderId: order.state.orderId }] : [],
        ),
      ),
  };
  return { open, dueOrders };
};
