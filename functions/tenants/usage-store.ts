import type { TenantId } from '../../lib/runtime/tenant.ts';

/** Confirmed orders of a UTC day. */
export interface DayCount {
  /** `2026-01-31` */
  readonly date: string;
  readonly orders: number;
}

export interface CountedOrder {
  readonly orderId: string;
  readonly confirmedAt: Date;
}

/** The tenants' contractual counters. */
export interface UsageStore {
  /** Counts orders, each at the instant of its confirmation. The same order again changes nothing. */
  countOrders(tenant: TenantId, orders: readonly CountedOrder[]): Promise<void>;
  /** The days from `from` to `to` (both included) on which there were orders, in order. */
  days(tenant: TenantId, from: string, to: string): Promise<readonly DayCount[]>;
}
