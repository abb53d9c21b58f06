import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineEvent } from '../../lib/runtime/events.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';

/** Why stock changed by hand or by an import. Orders move stock too, but never as adjustments. */
export const AdjustmentReason = z.enum(['received', 'returned', 'correction', 'damaged', 'lost', 'transfer', 'import']);
export type AdjustmentReason = z.output<typeof AdjustmentReason>;

/** The aggregate is the adjustment; it happens once, so its sequence is always 1. */
export const StockAdjusted = defineEvent(
  'inventory',
  'StockAdjusted',
  1,
  z.object({
    adjustmentId: OpaqueId,
    reason: AdjustmentReason,
    /** The import that it belongs to, if any. */
    source: OpaqueId.nullable(),
    lines: z.array(z.object({ variantId: OpaqueId, locationId: OpaqueId, delta: z.number().int() })),
    createdAt: Instant,
  }),
);
