import { type OpenTenantDb, type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { SYSTEM_ACTOR, type TenantId } from '../../lib/runtime/tenant.ts';
import type { ShortLine } from './calls.ts';
import { adjustmentKey } from './keys.ts';
import { Adjustment, adjustmentId, defaultLocationOf } from './model.ts';
import { movementOf } from './movements.ts';
import { planVariant, type VariantChange } from './plan-adjustment.ts';
import { relayout } from './relayout.ts';
import { readSnapshots } from './snapshots.ts';
import type { AdjustmentOrder, AdjustOutcome, ImportOrder, StockStore } from './store.ts';
import type { Snapshot } from './stored-stock.ts';

const MAX_ACTIONS = 99;
const MAX_TRIES = 50;

const contention = () =>
  temporarilyUnavailable('The stock is being changed by others. Try again in a moment.', { retryAfter: 1 });

type Outcome = AdjustOutcome | { readonly status: 'again' };

/** One adjustment in one transaction: its own item, the variants' items and buckets, and a line of the ledger for each move. */
const tryAdjust = async (
  table: TenantDb,
  tenant: TenantId,
  order: Omit<AdjustmentOrder, 'lines'> & { readonly source?: string },
  changes: readonly VariantChange[],
  snapshots: ReadonlyMap<string, Snapshot>,
): Promise<Outcome> => {
  const { id, reason, at, actor, traceId, requestHash, source } = order;
  const writes: Write[] = [];
  const lines: Adjustment['lines'] = [];
  const short: ShortLine[] = [];
  for (const change of changes) {
    const { variantId } = change;
    const plan = planVariant(snapshots.get(variantId), change, defaultLocationOf(tenant), at);
    if ('short' in plan) {
      short.push({ variantId, ...plan.short });
      continue;
    }
    writes.push(...plan.writes);
    for (const { locationId, delta } of plan.moved) {
      writes.push({ put: movementOf({ variantId, locationId, delta, reason, adjustmentId: id, actor, at }) });
      lines.push(Adjustment.shape.lines.element.parse({ variantId, locationId, delta }));
    }
  }
  if (short.length > 0) return { status: 'insufficient', lines: short };
  if (writes.length + 1 > MAX_ACTIONS) return { status: 'too_many_moves' };
  const adjustment: Adjustment = { id, reason, lines, createdAt: at };
  // What moved nothing is no adjustment: an import that only sets a policy, or that finds all as it should be.
  const own = { ...adjustmentKey(id), ...adjustment, source, actor, traceId, requestHash };
  const kept: Write[] =
    lines.length === 0 && source !== undefined
      ? []
      : [{ put: own, condition: { expression: 'attribute_not_exists(pk)' } }];
  if (kept.length + writes.length === 0) return { status: 'adjusted', adjustment };
  try {
    await table.transact([...kept, ...writes]);
    return { status: 'adjusted', adjustment };
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error;
    const earlier = kept.length > 0 && error.reasons[0]?.failed === true ? error.reasons[0].item : undefined;
    if (earlier === undefined) return { status: 'again' };
    return { status: 'exists', adjustment: Adjustment.parse(earlier), requestHash: String(earlier['requestHash']) };
  }
};

export const adjustStock =
  (db: OpenTenantDb): StockStore['adjust'] =>
  async (tenant, order) => {
    const table = db(tenant);
    const defaultLocation = defaultLocationOf(tenant);
    const byVariant = Map.groupBy(order.lines, ({ variantId }) => variantId);
    const changes = [...byVariant].map(([variantId, levels]): VariantChange => ({ variantId, levels }));
    const read = () => readSnapshots(table, defaultLocation, [...byVariant.keys()], { consistent: true });
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const outcome = await tryAdjust(table, tenant, order, changes, await read());
      if (outcome.status === 'again') continue;
      if (outcome.status === 'adjusted') {
        const after = await read();
        for (const { variantId, locationId } of outcome.adjustment.lines) {
          const snapshot = after.get(variantId);
          if (snapshot !== undefined) await relayout(table, defaultLocation, snapshot, locationId);
        }
      }
      return outcome;
    }
    throw contention();
  };

/** Lines of an import that fit into one transaction: each needs the variant's item and a line of the ledger. What fails is tried alone. */
const LINES_PER_ADJUSTMENT = 49;

export const importStock =
  (db: OpenTenantDb): StockStore['applyImport'] =>
  async (tenant, { source, lines, traceId, at }: ImportOrder) => {
    const table = db(tenant);
    const defaultLocation = defaultLocationOf(tenant);
    const changeOf = new Map(
      lines.map(({ variantId, tracked, policy, quantity }): [string, VariantChange] => [
        variantId,
        {
          variantId,
          levels: quantity === null ? [] : [{ locationId: defaultLocation, change: { setTo: quantity } }],
          settings: { tracked, policy, source },
        },
      ]),
    );
    let wanted = [...changeOf.keys()];
    let changed = 0;
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      if (attempt === MAX_TRIES) throw contention();
      const snapshots = await readSnapshots(table, defaultLocation, wanted, { consistent: true });
      const open = wanted.filter((variantId) =>
        needsChange(snapshots.get(variantId), changeOf.get(variantId), defaultLocation, at, source),
      );
      const parts = inParts(open, attempt === 0 ? LINES_PER_ADJUSTMENT : 1);
      const outcomes = await Promise.all(
        parts.map(async (part) => {
          const order = {
            id: adjustmentId.derive(tenant, source, String(attempt), ...part),
            reason: 'import' as const,
            actor: SYSTEM_ACTOR,
            traceId,
            requestHash: '',
            at,
            source,
          };
          const changes = part.flatMap((variantId) => changeOf.get(variantId) ?? []);
          return tryAdjust(table, tenant, order, changes, snapshots);
        }),
      );
      wanted = [];
      for (const [index, outcome] of outcomes.entries()) {
        const part = parts[index] ?? [];
        if (outcome.status === 'adjusted') changed += part.length;
        else wanted.push(...part);
      }
    }
    return changed;
  };

/** Is there anything to do for a variant? What this import has set before is left as it is, whatever was sold since. */
const needsChange = (
  snapshot: Snapshot | undefined,
  change: VariantChange | undefined,
  defaultLocation: string,
  at: ImportOrder['at'],
  source: string,
): boolean => {
  if (change === undefined || snapshot?.stock.source === source) return false;
  const plan = planVariant(snapshot, change, defaultLocation, at);
  return 'short' in plan || plan.writes.length > 0;
};

const inParts = <Value>(values: readonly Value[], size: number): Value[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
