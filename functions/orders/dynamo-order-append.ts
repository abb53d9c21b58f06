import { ConditionFailed, type Item, type TenantDb, TransactionRefused, type Update } from '../../lib/runtime/db.ts';
import type { OrderEvent } from './order-event.ts';
import { chunkKey, MAX_RECENT, orderKey, spill, toStoredEvent } from './order-item.ts';
import { applyEvent, type OrderState } from './order-state.ts';
import { pack } from './packed.ts';
import type { Particulars } from './particulars.ts';
import type { StoredOrder } from './store.ts';

interface EventsChange {
  readonly set: readonly string[];
  readonly values: Item;
}

/** The update from one version to the next: the events, the attributes that conditions see, the particulars. */
const appendUpdate = (
  order: StoredOrder,
  state: OrderState,
  events: EventsChange,
  particulars: Particulars | undefined,
): Update => {
  const set = ['#status = :status', 'paymentStatus = :payment', 'version = :next', ...events.set];
  if (particulars !== undefined) set.push('metadata = :metadata');
  if (particulars !== undefined && particulars.note !== null) set.push('note = :note');
  const remove = particulars !== undefined && particulars.note === null ? ' REMOVE note' : '';
  return {
    update: `SET ${set.join(', ')}${remove}`,
    condition: 'version = :version',
    names: { '#status': 'status', '#events': 'events' },
    values: {
      ':version': order.state.version,
      ':next': state.version,
      ':status': state.status,
      ':payment': state.paymentStatus,
      ...events.values,
      ...(particulars === undefined ? {} : { ':metadata': particulars.metadata }),
      ...(particulars === undefined || particulars.note === null ? {} : { ':note': particulars.note }),
    },
  };
};

/**
 * Appends an event to the version that was read. Before a full list takes another note of the staff, its older events
 * move into a chunk, in the same transaction, with the state up to there kept in the order. All other events are few,
 * so they are appended in place, and whoever appends them needs no leave to write anything else.
 */
export const appendToOrder = async (
  db: TenantDb,
  order: StoredOrder,
  event: OrderEvent,
  particulars: Particulars | undefined,
): Promise<StoredOrder | 'conflict'> => {
  const { orderId } = order.state;
  const state = applyEvent(orderId, order.state, event);
  const changed: StoredOrder = { ...order, state, particulars: particulars ?? order.particulars };

  if (order.recent.length < MAX_RECENT || event.type !== 'OrderUpdated') {
    const events = { set: ['#events = list_append(#events, :events)'], values: { ':events': [toStoredEvent(event)] } };
    try {
      await db.update(orderKey(orderId), appendUpdate(order, state, events, particulars));
      // The condition holds the version, so what is there now is known without reading it.
      return { ...changed, recent: [...order.recent, event] };
    } catch (error) {
      if (error instanceof ConditionFailed) return 'conflict';
      throw error;
    }
  }

  const { moved, kept, base, firstVersion } = spill(order);
  const recent = [...kept, event];
  const events = {
    set: ['#events = :events', '#base = :base'],
    values: { ':events': recent.map(toStoredEvent), ':base': pack(base) },
  };
  const update = appendUpdate(order, state, events, particulars);
  try {
    await db.transact([
      {
        put: { ...chunkKey(orderId, firstVersion), events: moved.map(toStoredEvent) },
        condition: { expression: 'attribute_not_exists(pk)' },
      },
      { update: orderKey(orderId), with: { ...update, names: { ...update.names, '#base': 'base' } } },
    ]);
    return { ...changed, recent, base };
  } catch (error) {
    if (error instanceof TransactionRefused) return 'conflict';
    throw error;
  }
};
