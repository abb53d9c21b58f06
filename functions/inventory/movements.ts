import type { Instant } from '../../lib/runtime/clock.ts';
import type { Item, TenantDb } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { Actor } from '../../lib/runtime/tenant.ts';
import { movementsPartition } from './keys.ts';
import type { Movement } from './model.ts';

/** One entry of the ledger as it is stored. */
export interface Entry {
  readonly variantId: string;
  readonly locationId: string;
  readonly delta: number;
  readonly reason: Movement['reason'];
  readonly adjustmentId?: string;
  readonly orderId?: string;
  readonly actor: Actor;
  readonly at: Instant;
  /** Which of several parts of the same change: buckets that were drawn from. */
  readonly bucket?: number;
}

/** The key says what the entry is about, so that the same entry is never kept twice. */
export const movementOf = (entry: Entry): Item => {
  const { variantId, locationId, delta, reason, adjustmentId, orderId, actor, at, bucket } = entry;
  return {
    pk: movementsPartition(variantId),
    sk: key(at, adjustmentId ?? orderId ?? '', reason, locationId, bucket ?? 0),
    variantId,
    locationId,
    delta,
    reason,
    adjustmentId,
    orderId,
    actor,
    createdAt: at,
  };
};

const AT_ONCE = 25;

/** Keeps entries whose stock has moved already. */
export const keepMovements = async (table: TenantDb, items: readonly Item[]): Promise<void> => {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(items.slice(start, start + AT_ONCE).map((item) => table.put(item)));
  }
};
