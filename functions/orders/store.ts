import type { Position } from '../../lib/runtime/cursor.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { OrderStatus, PaymentStatus } from './model.ts';
import type { OrderEvent, OrderEventOf } from './order-event.ts';
import type { OrderState } from './order-state.ts';
import type { Particulars } from './particulars.ts';

/** Who may read an order without being staff. */
export interface Owner {
  readonly customerId: string | null;
  /** Hash of the Order-Token of the guest who placed it. */
  readonly tokenHash: string | null;
}

/** What is kept of an order beside its history and its particulars. */
export interface Control extends Owner {
  /** The run of the workflow that made it. */
  readonly attempt: string;
  /** Raised by whoever takes the decision over; a write of an earlier epoch does nothing. */
  readonly epoch: number;
  readonly requestHash: string;
  /** The workflow has ended without a verdict: the order waits to be taken over. */
  readonly parked: boolean;
}

export interface StoredOrder {
  readonly state: OrderState;
  readonly particulars: Particulars;
  readonly control: Control;
  /** The newest events; older ones may have been moved out. */
  readonly recent: readonly OrderEvent[];
  /** The state before the first of them, when older ones were. */
  readonly base: OrderState | undefined;
}

/** A new order, in epoch 1. */
export interface NewOrder {
  readonly orderId: string;
  readonly attempt: string;
  readonly requestHash: string;
  readonly owner: Owner;
  readonly event: OrderEventOf<'OrderPlaced'>;
  readonly particulars: Particulars;
  /** When someone must look after it if it is still pending. */
  readonly dueAt: Date;
}

export interface Rejection {
  readonly orderId: string;
  readonly attempt: string;
  readonly requestHash: string;
  readonly owner: Owner;
  readonly event: OrderEventOf<'OrderRejected'>;
}

/** Which orders are wanted: by one index, and by conditions on the order itself. */
export interface OrderFilter {
  readonly customerId?: string | undefined;
  readonly number?: string | undefined;
  readonly emailHash?: string | undefined;
  readonly status?: OrderStatus | undefined;
  readonly paymentStatus?: PaymentStatus | undefined;
  /** Placed at or after, before: instants. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface OrderPage {
  readonly orders: readonly StoredOrder[];
  readonly next: Position | undefined;
}

/** The orders of one tenant. */
export interface OrderStore {
  /** Writes an order once. `exists`: there is one of that id; it comes along. */
  place(
    order: NewOrder,
  ): Promise<{ readonly outcome: 'placed' } | { readonly outcome: 'exists'; readonly order: StoredOrder }>;

  /**
   * The commit point: confirms what is pending in this epoch and version. `kept` otherwise, with what is there.
   * @throws when there is no such order
   */
  confirm(
    orderId: string,
    expected: { readonly epoch: number; readonly version: number },
    event: OrderEventOf<'OrderConfirmed'>,
  ): Promise<{ readonly outcome: 'confirmed' | 'kept'; readonly order: StoredOrder }>;

  /** Notes that nobody works on a pending order of this epoch any more. */
  park(orderId: string, epoch: number): Promise<void>;

  /**
   * Rejects what is pending by this attempt in epoch 1; where there is nothing, leaves a rejected order, so that a late
   * `place` finds it. `kept`: it is somebody else's, or decided; it comes along.
   */
  reject(rejection: Rejection): Promise<{ readonly outcome: 'rejected' | 'kept'; readonly order: StoredOrder }>;

  /** Rejects what was taken over. `kept`: another epoch, or decided. */
  rejectTaken(
    orderId: string,
    epoch: number,
    event: OrderEventOf<'OrderRejected'>,
  ): Promise<{ readonly outcome: 'rejected' | 'kept'; readonly order: StoredOrder }>;

  /**
   * Takes over an order that is pending past its due time: raises the epoch, which fences off whoever was there, and
   * sets the next due time. Undefined when it is not pending or not due (any more).
   */
  takeOver(orderId: string, now: Date, dueAgainAt: (epoch: number) => Date): Promise<StoredOrder | undefined>;

  /** Appends an event to the very version that was read; `conflict` when it was changed meanwhile. */
  append(order: StoredOrder, event: OrderEvent, particulars?: Particulars): Promise<StoredOrder | 'conflict'>;

  /** Always what was written last. */
  find(orderId: string): Promise<StoredOrder | undefined>;
  findAll(orderIds: readonly string[]): Promise<readonly StoredOrder[]>;

  /** All events, oldest first. */
  history(order: StoredOrder): Promise<readonly OrderEvent[]>;

  /** Newest first. */
  list(filter: OrderFilter, limit: number, after: Position | undefined): Promise<OrderPage>;
}

export type OpenOrders = (tenant: TenantId) => OrderStore;

/** An order that is pending past its due time, of whichever tenant. */
export interface DueOrder {
  readonly tenant: TenantId;
  readonly orderId: string;
}

/** The index of what is pending, over all tenants. Read by the reconciler only; a hint, never the truth. */
export interface DueOrders {
  /** The oldest of each shard, `limit` per shard at most. */
  due(now: Date, limit: number): Promise<readonly DueOrder[]>;
}

/** Numbers of a tenant that nobody else gets. */
export interface NumberBlocks {
  /** @returns the first of `size` numbers */
  allocate(tenant: TenantId, size: number): Promise<number>;
}
