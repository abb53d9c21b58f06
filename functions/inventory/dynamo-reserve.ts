import { type Item, type OpenTenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { seedOf } from './buckets.ts';
import type { ShortLine } from './calls.ts';
import { planDraws, type StockView } from './draws.ts';
import { chunkKey } from './keys.ts';
import { defaultLocationOf } from './model.ts';
import { relayout, wantsRelayout } from './relayout.ts';
import { Chunk, toStoredLine } from './reservation-chunk.ts';
import { type PlannedLine, planChunk } from './reserve-chunk.ts';
import type { SeenStock, StockViews } from './stock-views.ts';
import { takeWrite } from './stock-writes.ts';
import type { ReservationStore, ReserveOrder, ReserveOutcome } from './store.ts';

/** Thrown out of a transaction's retries: it is certain by now that stock does not suffice, or there is a better plan. */
class Stop extends Error {
  readonly why: 'short' | 'replan';
  constructor(why: Stop['why']) {
    super(why);
    this.why = why;
  }
}

/** Refusals in a row that only mean that somebody else was faster. */
const MAX_TRIES = 200;

export interface ReserveDeps {
  readonly db: OpenTenantDb;
  readonly views: StockViews;
  /** Releases what was taken so far, and leaves the reason behind. */
  readonly giveUp: (tenant: TenantId, orderId: string, at: ReserveOrder['at'], shortage: ShortLine[]) => Promise<void>;
}

type ChunkOutcome =
  | { readonly kind: 'held'; readonly end: number }
  | { readonly kind: 'closed'; readonly shortage: ShortLine[] | undefined }
  | { readonly kind: 'again' }
  | { readonly kind: 'short' };

/**
 * Reserves an order's lines in transactions of at most 99 actions: one for nearly every order. A chunk that is there already was
 * made by an earlier try of the same call, and the work goes on behind it. When a later chunk is short, all are released.
 */
export const reserveStock = ({ db, views, giveUp }: ReserveDeps): ReservationStore['reserve'] => {
  return async (tenant, order) => {
    const { orderId, lines, at } = order;
    const table = db(tenant);
    const defaultLocation = defaultLocationOf(tenant);
    const seed = seedOf(orderId);
    const seen = new Map<string, StockView>();
    const drawn = new Set<string>();
    let hasSplit = false;

    const look = async (variantIds: readonly string[]): Promise<ReadonlyMap<string, SeenStock>> => {
      const found = await views.read(tenant, variantIds);
      for (const [variantId, { view }] of found) seen.set(variantId, view);
      return found;
    };

    /** All lines from `start` on that cannot be had now; empty when there is enough again. */
    const shortLines = async (start: number): Promise<ShortLine[]> => {
      const rest = lines.slice(start);
      const unseen = rest.map(({ variantId }) => variantId).filter((variantId) => !seen.has(variantId));
      if (unseen.length > 0) await look(unseen);
      return rest.flatMap(({ variantId, quantity }) => {
        const view = seen.get(variantId);
        const plan = view === undefined ? { short: 0 } : planDraws(view, quantity, seed);
        return 'short' in plan ? [{ variantId, requested: quantity, available: plan.short }] : [];
      });
    };

    /** The level whose bucket others want too, split if it is large enough. */
    const splitHot = async (found: ReadonlyMap<string, SeenStock>): Promise<boolean> => {
      for (const { snapshot } of found.values()) {
        if (snapshot === undefined) continue;
        for (const locationId of new Set(snapshot.buckets.map((bucket) => bucket.locationId))) {
          if (wantsRelayout(snapshot, locationId)) return relayout(table, defaultLocation, snapshot, locationId);
        }
      }
      return false;
    };

    const onConflict = (planned: readonly PlannedLine[]) => async (): Promise<void> => {
      const found = await look(planned.filter(({ draws }) => draws.length > 0).map(({ line }) => line.variantId));
      const short = planned.some(({ line, draws }) => {
        const view = seen.get(line.variantId);
        return draws.length > 0 && view !== undefined && 'short' in planDraws(view, line.quantity, seed);
      });
      if (short) throw new Stop('short');
      if (hasSplit) return;
      hasSplit = true;
      if (await splitHot(found)) throw new Stop('replan');
    };

    const writeChunk = async (start: number, planned: readonly PlannedLine[], end: number): Promise<ChunkOutcome> => {
      const takes = planned.flatMap(({ line: { variantId }, draws, alone }) =>
        draws.map((draw) => ({ variantId, draw, alone })),
      );
      const stored = planned.map(({ line, draws }) =>
        toStoredLine(line.variantId, line.quantity, draws, defaultLocation),
      );
      const chunk = {
        orderId,
        state: 'held',
        start,
        end,
        total: lines.length,
        lines: stored,
        createdAt: at,
        updatedAt: at,
      };
      const head: Write[] = [
        { put: { ...chunkKey(orderId, start), ...chunk }, condition: { expression: 'attribute_not_exists(pk)' } },
        ...(start === 0 ? [] : [stillHeld(orderId)]),
      ];
      try {
        const writes = takes.map(({ variantId, draw, alone }) => takeWrite(defaultLocation, variantId, draw, alone));
        await table.transact([...head, ...writes], { onConflict: onConflict(planned) });
        for (const { line, draws } of planned) if (draws.length > 1) drawn.add(line.variantId);
        return { kind: 'held', end };
      } catch (error) {
        if (error instanceof Stop) return { kind: error.why === 'short' ? 'short' : 'again' };
        if (!(error instanceof TransactionRefused)) throw error;
        return refusedChunk(error, head.length, takes);
      }
    };

    /** Why a chunk was refused: it is there already, the reservation was closed, or a bucket has less than was thought. */
    const refusedChunk = async (
      { reasons }: TransactionRefused,
      headLength: number,
      takes: readonly { readonly variantId: string }[],
    ): Promise<ChunkOutcome> => {
      const [own, head] = reasons.slice(0, headLength);
      if (head?.failed === true && isReleased(head.item)) return existingChunk(head.item, lines.length);
      if (own?.failed === true) return existingChunk(own.item, lines.length);
      seen.clear();
      const unknown: string[] = [];
      for (const [index, { variantId }] of takes.entries()) {
        const reason = reasons[headLength + index];
        if (reason?.failed !== true) continue;
        const isOwnItem = reason.item?.['sk'] === 'item';
        const learned = isOwnItem && reason.item !== undefined ? views.learn(tenant, reason.item) : undefined;
        if (learned === undefined) unknown.push(variantId);
        else seen.set(variantId, learned.view);
      }
      if (unknown.length > 0) await look(unknown);
      return { kind: 'again' };
    };

    const refuse = async (start: number): Promise<ReserveOutcome | undefined> => {
      const shortage = await shortLines(start);
      if (shortage.length === 0) return undefined;
      if (start > 0) await giveUp(tenant, orderId, at, shortage);
      return { status: 'out_of_stock', lines: shortage };
    };

    /** Buckets that were too small for an order are merged for the next one. */
    const tidy = async (): Promise<void> => {
      if (drawn.size === 0) return;
      for (const { snapshot } of (await look([...drawn].slice(0, 3))).values()) {
        if (snapshot === undefined) continue;
        for (const locationId of new Set(snapshot.buckets.map((bucket) => bucket.locationId))) {
          await relayout(table, defaultLocation, snapshot, locationId);
        }
      }
    };

    let start = 0;
    for (let tries = 0; start < lines.length; tries += 1) {
      if (tries > MAX_TRIES) {
        throw temporarilyUnavailable('Too many orders want the same goods. Try again in a moment.', { retryAfter: 1 });
      }
      const plan = planChunk(lines, start, seed, seen, (variantId) => views.guess(tenant, variantId));
      if (plan.kind === 'unsure') {
        await look(plan.variantIds);
        continue;
      }
      if (plan.kind === 'scattered') {
        await mergeScattered(plan.variantId);
        continue;
      }
      const outcome = plan.kind === 'short' ? plan : await writeChunk(start, plan.lines, plan.end);
      if (outcome.kind === 'held') {
        start = outcome.end;
        tries = 0;
      } else if (outcome.kind === 'closed') {
        return outcome.shortage === undefined
          ? { status: 'closed' }
          : { status: 'out_of_stock', lines: outcome.shortage };
      } else if (outcome.kind === 'short') {
        const refused = await refuse(start);
        if (refused !== undefined) return refused;
      }
    }
    await tidy();
    return { status: 'reserved' };

    async function mergeScattered(variantId: string): Promise<void> {
      const snapshot = (await look([variantId])).get(variantId)?.snapshot;
      if (snapshot === undefined) return;
      for (const locationId of new Set(snapshot.buckets.map((bucket) => bucket.locationId))) {
        await relayout(table, defaultLocation, snapshot, locationId);
      }
      await look([variantId]);
    }
  };
};

const stillHeld = (orderId: string): Write => ({
  check: chunkKey(orderId, 0),
  condition: { expression: '#state = :held', names: { '#state': 'state' }, values: { ':held': 'held' } },
});

const isReleased = (head: Item | undefined): boolean => head === undefined || Chunk.parse(head).state === 'released';

const existingChunk = (item: Item | undefined, total: number): ChunkOutcome => {
  if (item === undefined) return { kind: 'closed', shortage: undefined };
  const chunk = Chunk.parse(item);
  if (chunk.state === 'released') return { kind: 'closed', shortage: chunk.shortage };
  if (chunk.total !== total) throw new Error(`The order ${chunk.orderId} has reserved other lines before`);
  return { kind: 'held', end: chunk.end };
};
