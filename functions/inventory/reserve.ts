import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { MAX_RESERVED_LINES, type Reserve, type ReserveOutput, type StockLine } from './calls.ts';
import type { ReservationStore } from './store.ts';

interface Deps {
  readonly reservations: ReservationStore;
  readonly now: Clock;
}

/** Equal variants are one line, at the place of the first. */
export const mergeLines = (lines: readonly StockLine[]): StockLine[] => {
  const merged = new Map<string, number>();
  for (const { variantId, quantity } of lines) merged.set(variantId, (merged.get(variantId) ?? 0) + quantity);
  return [...merged].map(([variantId, quantity]) => ({ variantId, quantity }));
};

/** The call `reserve`. */
export const reserve =
  ({ reservations, now }: Deps) =>
  async (
    { tenant }: { readonly tenant: TenantId },
    { orderId, lines }: z.output<typeof Reserve.input>,
  ): Promise<ReserveOutput> => {
    const merged = mergeLines(lines);
    if (merged.length > MAX_RESERVED_LINES) return { status: 'too_many_lines' };
    return reservations.reserve(tenant, { orderId, lines: merged, at: toInstant(now()) });
  };
