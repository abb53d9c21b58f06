import type { Instant } from '../../lib/runtime/clock.ts';
import type { Position } from '../../lib/runtime/cursor.ts';
import type { Actor, TenantId } from '../../lib/runtime/tenant.ts';
import type { ImportedStock, ShortLine, StockLine } from './calls.ts';
import type { AdjustmentReason } from './events.ts';
import type { Adjustment, Level, Location, Movement, Reservation, StockItem } from './model.ts';

export interface ReserveOrder {
  readonly orderId: string;
  /** Each variant once. */
  readonly lines: readonly StockLine[];
  readonly at: Instant;
}
export type ReserveOutcome =
  | { readonly status: 'reserved' }
  | { readonly status: 'out_of_stock'; readonly lines: ShortLine[] }
  | { readonly status: 'closed' };

/** A change of what an order holds, with what the ledger keeps of it. */
export interface Settlement {
  readonly orderId: string;
  readonly at: Instant;
  readonly actor: Actor;
}

export interface ReservationStore {
  /** Takes all lines or none, once per order. */
  reserve(tenant: TenantId, order: ReserveOrder): Promise<ReserveOutcome>;
  /** held -> committed. `missing`: the order never reserved. */
  commit(tenant: TenantId, orderId: string, at: Instant): Promise<'done' | 'missing'>;
  /**
   * Gives back what the order holds, or closes it when it holds nothing. Without `restock`, what was held is written off.
   * What has been shipped stays shipped.
   */
  release(tenant: TenantId, settlement: Settlement & { readonly restock: boolean }): Promise<void>;
  /** held or committed -> shipped: it no longer lies there. */
  ship(tenant: TenantId, settlement: Settlement): Promise<'done' | 'missing'>;
  find(tenant: TenantId, orderId: string): Promise<Reservation | undefined>;
}

/** An adjustment as it is asked for. Lines name each variant and location once. */
export interface AdjustmentOrder {
  readonly id: Adjustment['id'];
  readonly reason: AdjustmentReason;
  readonly lines: readonly {
    readonly variantId: string;
    readonly locationId: Location['id'];
    readonly change: { readonly delta: number } | { readonly setTo: number };
  }[];
  readonly actor: Actor;
  readonly traceId: string;
  readonly requestHash: string;
  readonly at: Instant;
}
export type AdjustOutcome =
  | { readonly status: 'adjusted'; readonly adjustment: Adjustment }
  | { readonly status: 'exists'; readonly adjustment: Adjustment; readonly requestHash: string }
  | { readonly status: 'insufficient'; readonly lines: ShortLine[] }
  | { readonly status: 'too_many_moves' };

export interface ImportOrder {
  readonly source: string;
  readonly lines: readonly ImportedStock[];
  readonly traceId: string;
  readonly at: Instant;
}

export interface StockStore {
  /** All lines or none, once per id. */
  adjust(tenant: TenantId, order: AdjustmentOrder): Promise<AdjustOutcome>;
  /** Sets each variant as the import says, once per source and variant; answers how many were changed. */
  applyImport(tenant: TenantId, order: ImportOrder): Promise<number>;
  find(tenant: TenantId, variantId: string): Promise<StockItem | undefined>;
  /** Those that are there, with their levels. `consistent`: as of now, for decisions. */
  levels(
    tenant: TenantId,
    variantIds: readonly string[],
    options: { readonly consistent: boolean },
  ): Promise<readonly { readonly item: StockItem; readonly levels: readonly Level[] }[]>;
  /** Changes settings at the version that was seen; undefined when it is another one by now. */
  change(
    tenant: TenantId,
    item: StockItem,
    settings: { readonly tracked?: boolean | undefined; readonly policy?: StockItem['policy'] | undefined },
    at: Instant,
  ): Promise<StockItem | undefined>;
  /** Makes a variant's item with the defaults unless there is one. */
  ensure(tenant: TenantId, variantId: string, at: Instant): Promise<void>;
  /** The variant is gone: its item is no longer there for anybody, its stock and ledger stay. */
  retire(tenant: TenantId, variantId: string, at: Instant): Promise<void>;
  movements(
    tenant: TenantId,
    variantId: string,
    page: { readonly from: Instant | undefined; readonly limit: number; readonly after: Position | undefined },
  ): Promise<{ readonly items: readonly Movement[]; readonly last: Position | undefined }>;
}

/** All locations of a tenant: one document, changed by one at a time. */
export interface LocationStore {
  /** In the order in which stock is taken from them; the default one is always there. */
  list(tenant: TenantId): Promise<readonly StoredLocation[]>;
  /** Applies `decide` to the newest list and keeps what it says, unless it is the very same list. */
  change<Result>(
    tenant: TenantId,
    decide: (locations: readonly StoredLocation[]) => { locations: readonly StoredLocation[]; result: Result },
  ): Promise<Result>;
}

export interface StoredLocation extends Location {
  readonly requestHash: string;
  /** Has stock ever been put there? Then it cannot be deleted. */
  readonly used: boolean;
}
