import {
  ConditionFailed,
  type OpenTenantDb,
  type TenantDb,
  TransactionRefused,
  type Write,
} from '../../lib/runtime/db.ts';
import type { Instant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { ShortLine } from './calls.ts';
import { CHUNK_PREFIX, chunkKey, reservationPartition } from './keys.ts';
import { defaultLocationOf } from './model.ts';
import { Chunk, type TakenFrom, takenFrom } from './reservation-chunk.ts';
import { type Fate, settleWrite } from './stock-writes.ts';

/** How a reservation ends, and what becomes of what it holds. */
export interface Ending {
  readonly state: 'released' | 'shipped';
  readonly fate: Fate;
  readonly at: Instant;
  /** Left in the head for those who ask again. */
  readonly shortage?: readonly ShortLine[];
}

const MAX_TRIES = 10;

/** All chunks of a reservation, head first, read consistently. */
export const readChunks = async (table: TenantDb, orderId: string): Promise<Chunk[]> => {
  const chunks: Chunk[] = [];
  let after: Readonly<Record<string, string | number>> | undefined;
  do {
    const page = await table.query({
      pk: reservationPartition(orderId),
      sk: { beginsWith: CHUNK_PREFIX },
      consistent: true,
      ...(after === undefined ? {} : { after }),
    });
    chunks.push(...page.items.map((item) => Chunk.parse(item)));
    after = page.last;
  } while (after !== undefined);
  return chunks;
};

/**
 * Ends a reservation chunk by chunk, the head first: from then on no chunk can be added, so only then are the others read. Each
 * chunk's end and the return of its stock are one transaction, so that doing it again (after a crash, for the second delivery)
 * goes on where it stopped.
 *
 * @returns the chunks as they are afterwards; none when the order never reserved
 */
export const settleReservation = async (
  db: OpenTenantDb,
  tenant: TenantId,
  orderId: string,
  ending: Ending,
): Promise<readonly Chunk[]> => {
  const table = db(tenant);
  const item = await table.get(chunkKey(orderId, 0), { consistent: true });
  if (item === undefined) return [];
  const head = await settleChunk(table, defaultLocationOf(tenant), Chunk.parse(item), true, ending);
  if (head.end === head.total) return [head];
  const [, ...others] = await readChunks(table, orderId);
  if (head.state !== ending.state) return [head, ...others];
  const settled: Chunk[] = [head];
  for (const chunk of others) {
    settled.push(await settleChunk(table, defaultLocationOf(tenant), chunk, false, ending));
  }
  return settled;
};

const settleChunk = async (
  table: TenantDb,
  defaultLocation: string,
  chunk: Chunk,
  isHead: boolean,
  ending: Ending,
): Promise<Chunk> => {
  if (chunk.state !== 'held' && chunk.state !== 'committed') return chunk;
  let taken = takenFrom(chunk, defaultLocation);
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const back = sameBucketsOnce(taken);
    try {
      await table.transact([
        endWrite(chunk, isHead, ending),
        ...back.map((each) => settleWrite(defaultLocation, each, ending.fate)),
      ]);
      return { ...chunk, state: ending.state, ...(ending.fate === 'nothing' ? { writtenOff: true } : {}) };
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      const [own, ...buckets] = error.reasons;
      if (own?.failed === true) return Chunk.parse(own.item);
      // A bucket that was merged away meanwhile: its counts are in bucket 0 now.
      taken = back.map((each, index) => (buckets[index]?.failed === true ? { ...each, bucket: 0 } : each));
    }
  }
  throw new Error(`The stock of ${chunk.orderId} kept moving`);
};

const endWrite = (chunk: Chunk, isHead: boolean, { state, fate, at, shortage }: Ending): Write => {
  const set: Record<string, unknown> = {
    state,
    updatedAt: at,
    ...(fate === 'nothing' ? { writtenOff: true } : {}),
    ...(isHead && shortage !== undefined ? { shortage } : {}),
  };
  const names = Object.keys(set);
  return {
    update: chunkKey(chunk.orderId, chunk.start),
    with: {
      update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      condition: '#state IN (:held, :committed)',
      names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      values: {
        ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
        ':held': 'held',
        ':committed': 'committed',
      },
    },
  };
};

/** A transaction may name each item once. */
const sameBucketsOnce = (taken: readonly TakenFrom[]): TakenFrom[] => {
  const byBucket = Map.groupBy(taken, ({ variantId, locationId, bucket }) => `${variantId} ${locationId} ${bucket}`);
  return [...byBucket.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, quantity: others.reduce((total, { quantity }) => total + quantity, first.quantity) }],
  );
};

/** Closes an order that never reserved: the mark that a late reservation runs into. False when there is a reservation. */
export const closeUnreserved = async (table: TenantDb, orderId: string, at: Instant): Promise<boolean> => {
  const mark = { orderId, state: 'released', start: 0, end: 0, total: 0, lines: [], createdAt: at, updatedAt: at };
  try {
    await table.put({ ...chunkKey(orderId, 0), ...mark }, { expression: 'attribute_not_exists(pk)' });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};
