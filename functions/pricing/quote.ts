import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { MAX_QUOTE_LINES, type QuoteInput, type QuoteOutput } from './calls.ts';
import { computeQuote, mergeLines } from './compute-quote.ts';
import type { PriceBook } from './store.ts';

export interface QuoteDeps {
  readonly book: PriceBook;
  readonly now: Clock;
}

/** The call `quote`: one read of all that is needed, then arithmetic. */
export const quote =
  ({ book, now }: QuoteDeps) =>
  async ({ tenant }: { readonly tenant: TenantId }, input: z.output<typeof QuoteInput>): Promise<QuoteOutput> => {
    const lines = mergeLines(input.lines);
    if (lines.length > MAX_QUOTE_LINES) {
      const detail = `There may be ${MAX_QUOTE_LINES} different variants at most; these are ${lines.length}.`;
      return { status: 'refused', code: 'too_many_lines', detail };
    }
    const variantIds = lines.map(({ variantId }) => variantId);
    const facts = await book.factsFor(tenant, variantIds, [...new Set(input.codes)]);
    return computeQuote({ ...input, lines }, { ...facts, at: toInstant(now()) });
  };
