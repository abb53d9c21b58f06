import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { ApplyImport, ImportedStock } from './calls.ts';
import type { StockStore } from './store.ts';

interface Deps {
  readonly stock: StockStore;
  readonly now: Clock;
}

/** The call `apply-import`. Of two lines for one variant the last counts. */
export const applyImport =
  ({ stock, now }: Deps) =>
  async (
    { tenant, traceId }: { readonly tenant: TenantId; readonly traceId: string },
    { source, lines }: z.output<typeof ApplyImport.input>,
  ): Promise<z.input<typeof ApplyImport.output>> => {
    const last = new Map(lines.map((line): [string, ImportedStock] => [line.variantId, line]));
    const order = { source, lines: [...last.values()], traceId, at: toInstant(now()) };
    return { status: 'applied', changed: await stock.applyImport(tenant, order) };
  };
