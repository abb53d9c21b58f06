import { ttlSeconds } from '../../lib/runtime/clock.ts';
import { ConditionFailed, type Item, type OpenTenantDb, type TenantDb, type Update } from '../../lib/runtime/db.ts';
import { appendToOrder } from './dynamo-order-append.ts';
import { listOrders } from './dynamo-order-list.ts';
import type { OrderEvent } from './order-event.ts';
import { dueKeys, dueUntil, indexKeys } from './order-index.ts';
import { CHUNK_PREFIX, contactOf, orderKey, parseEvents, parseOrder, toStoredEvent } from './order-item.ts';
import { emailHash } from './particulars.ts';
import type { NewOrder, OpenOrders, Owner, Rejection, StoredOrder } from './store.ts';

/** A refused checkout that was never an order is kept a while for replays; idempotency keys live for 24 hours. */
const REFUSED_TTL_SECONDS = 7 * 24 * 3600;

const ABSENT = { expression: 'attribute_not_exists(pk)' };

const ownerAttributes = ({ customerId, tokenHash }: Owner): Item => ({
  ...(customerId === null ? {} : { customerId }),
  ...(tokenHash === null ? {} : { tokenHash }),
});

const newOrderItem = (order: NewOrder, hash: string | null): Item => {
  const { orderId, attempt, requestHash, owner, event, particulars, dueAt } = order;
  return {
    ...orderKey(orderId),
    ...indexKeys(orderId, { number: event.data.number, createdAt: event.at }, owner, hash),
    ...dueKeys(orderId, dueAt),
    ...ownerAttributes(owner),
    attempt,
    requestHash,
    epoch: 1,
    version: 1,
    status: 'pending',
    paymentStatus: event.data.provider === null ? 'none' : 'pending',
    events: [toStoredEvent(event)],
    contact: contactOf(particulars),
  };
};

const refusedItem = ({ orderId, attempt, requestHash, owner, event }: Rejection): Item => ({
  ...orderKey(orderId),
  ...ownerAttributes(owner),
  attempt,
  requestHash,
  epoch: 1,
  version: 1,
  status: 'rejected',
  paymentStatus: 'none',
  events: [toStoredEvent(event)],
  ttl: ttlSeconds(new Date(event.at), REFUSED_TTL_SECONDS),
});

/** The commit point: one event is appended to what is pending in an epoch, and it leaves the index of what is due. */
const decision = (
  event: OrderEvent,
  epoch: number,
  further: { readonly set?: string; readonly condition?: string; readonly values?: Item },
): Update => ({
  update: `SET #events = list_append(#events, :events), #status = :status, version = version + :one${further.set ?? ''} REMOVE duePk, dueSk`,
  condition: `#status = :pending AND epoch = :epoch${further.condition ?? ''}`,
  names: { '#status': 'status', '#events': 'events' },
  values: {
    ':events': [toStoredEvent(event)],
    ':status': event.type === 'OrderConfirmed' ? 'confirmed' : 'rejected',
    ':one': 1,
    ':pending': 'pending',
    ':epoch': epoch,
    ...further.values,
  },
});

/** What a failed condition found; any other error goes on. */
const found = (error: unknown): StoredOrder | undefined => {
  if (!(error instanceof ConditionFailed)) throw error;
  return error.item === undefined ? undefined : parseOrder(error.item);
};

const mustBeThere = (orderId: string, order: StoredOrder | undefined): StoredOrder => {
  if (order === undefined) throw new Error(`There is no order ${orderId}`);
  return order;
};

const outcomeOf = (order: StoredOrder): 'rejected' | 'kept' =>
  order.state.status === 'rejected' ? 'rejected' : 'kept';

const history = async (db: TenantDb, order: StoredOrder): Promise<readonly OrderEvent[]> => {
  if (order.base === undefined) return order.recent;
  const older: OrderEvent[] = [];
  let after: Readonly<Record<string, string | number>> | undefined;
  do {
    const page = await db.query({
      pk: orderKey(order.state.orderId).pk,
      sk: { beginsWith: CHUNK_PREFIX },
      consistent: true,
      ...(after === undefined ? {} : { after }),
    });
    older.push(...page.items.flatMap((item) => parseEvents(item['events'])));
    after = page.last;
  } while (after !== undefined);
  // A chunk that was written after the order was read holds events that are still among `recent` here.
  return [...older.slice(0, order.base.version), ...order.recent];
};

/** Orders in DynamoDB; the layout is in order-item.ts and order-index.ts. */
export const dynamoOrders =
  (open: OpenTenantDb): OpenOrders =>
  (tenant) => {
    const db = open(tenant);
    const find = async (orderId: string): Promise<StoredOrder | undefined> => {
      const item = await db.get(orderKey(orderId), { consistent: true });
      return item === undefined ? undefined : parseOrder(item);
    };

    return {
      place: async (order) => {
        const { email } = order.particulars;
        const item = newOrderItem(order, email === null ? null : emailHash(tenant, email));
        try {
          await db.put(item, ABSENT);
          return { outcome: 'placed' };
        } catch (error) {
          return { outcome: 'exists', order: mustBeThere(order.orderId, found(error)) };
        }
      },

      confirm: async (orderId, { epoch, version }, event) => {
        const update = decision(event, epoch, {
          set: ', paymentStatus = :payment',
          condition: ' AND version = :version',
          values: { ':version': version, ':payment': event.data.paymentId === null ? 'none' : 'authorized' },
        });
        try {
          return { outcome: 'confirmed', order: parseOrder(await db.update(orderKey(orderId), update)) };
        } catch (error) {
          return { outcome: 'kept', order: mustBeThere(orderId, found(error)) };
        }
      },

      park: async (orderId, epoch) => {
        try {
          await db.update(orderKey(orderId), {
            update: 'SET parked = :true',
            condition: '#status = :pending AND epoch = :epoch',
            names: { '#status': 'status' },
            values: { ':true': true, ':pending': 'pending', ':epoch': epoch },
          });
        } catch (error) {
          // Taken over or decided meanwhile: then it is not waiting.
          found(error);
        }
      },

      reject: async (rejection) => {
        const { orderId, attempt, event } = rejection;
        const update = decision(event, 1, { condition: ' AND attempt = :attempt', values: { ':attempt': attempt } });
        for (;;) {
          try {
            return { outcome: 'rejected', order: parseOrder(await db.update(orderKey(orderId), update)) };
          } catch (error) {
            const order = found(error);
            if (order !== undefined) return { outcome: outcomeOf(order), order };
          }
          const refused = refusedItem(rejection);
          try {
            await db.put(refused, ABSENT);
            return { outcome: 'rejected', order: parseOrder(refused) };
          } catch (error) {
            // It was placed between the two writes: now there is something to reject.
            found(error);
          }
        }
      },

      rejectTaken: async (orderId, epoch, event) => {
        try {
          const item = await db.update(orderKey(orderId), decision(event, epoch, {}));
          return { outcome: 'rejected', order: parseOrder(item) };
        } catch (error) {
          const order = mustBeThere(orderId, found(error));
          return { outcome: outcomeOf(order), order };
        }
      },

      takeOver: async (orderId, now, dueAgainAt) => {
        const seen = await find(orderId);
        if (seen?.state.status !== 'pending') return undefined;
        const epoch = seen.control.epoch + 1;
        try {
          const item = await db.update(orderKey(orderId), {
            update: 'SET epoch = :next, dueSk = :dueAgain',
            condition: '#status = :pending AND epoch = :epoch AND dueSk <= :now',
            names: { '#status': 'status' },
            values: {
              ':next': epoch,
              ':dueAgain': dueKeys(orderId, dueAgainAt(epoch)).dueSk,
              ':pending': 'pending',
              ':epoch': seen.control.epoch,
              ':now': dueUntil(now),
            },
          });
          return parseOrder(item);
        } catch (error) {
          found(error);
          return undefined;
        }
      },

      append: (order, event, particulars) => appendToOrder(db, order, event, particulars),
      find,
      findAll: async (orderIds) => (await db.batchGet(orderIds.map(orderKey), { consistent: true })).map(parseOrder),
      history: (order) => history(db, order),
      list: (filter, limit, after) => listOrders(db, filter, limit, after),
    };
  };
