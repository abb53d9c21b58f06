import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { reserveStock } from './dynamo-reserve.ts';
import { closeUnreserved, readChunks, settleReservation } from './dynamo-settle.ts';
import { chunkKey } from './keys.ts';
import { keepMovements, movementOf } from './movements.ts';
import { defaultLocationOf, Reservation } from './model.ts';
import { type Chunk, takenFrom } from './reservation-chunk.ts';
import { stockViews } from './stock-views.ts';
import type { LocationStore, ReservationStore, Settlement } from './store.ts';

/**
 * Reservations over the same items as levels: held stock has left `available` in the very transaction that made the reservation.
 * That it is committed is a fact of the reservation alone, so confirming an order costs one small write.
 */
export const dynamoReservations = (db: OpenTenantDb, locations: LocationStore): ReservationStore => {
  /** What left for good is put into the ledger: after the fact, under keys that make a second time harmless. */
  const enterLedger = async (
    tenant: TenantId,
    chunks: readonly Chunk[],
    reason: 'shipped' | 'written_off',
    { orderId, at, actor }: Settlement,
  ): Promise<void> => {
    const taken = chunks.flatMap((chunk) => takenFrom(chunk, defaultLocationOf(tenant)));
    await keepMovements(
      db(tenant),
      taken.map((from) => movementOf({ ...from, delta: -from.quantity, reason, orderId, at, actor })),
    );
  };

  return {
    reserve: reserveStock({
      db,
      views: stockViews(db, locations),
      giveUp: async (tenant, orderId, at, shortage) => {
        await settleReservation(db, tenant, orderId, { state: 'released', fate: 'available', at, shortage });
      },
    }),

    commit: async (tenant, orderId, at) => {
      try {
        await db(tenant).update(chunkKey(orderId, 0), {
          update: 'SET #state = :committed, #updatedAt = :at',
          condition: '#state = :held',
          names: { '#state': 'state', '#updatedAt': 'updatedAt' },
          values: { ':committed': 'committed', ':held': 'held', ':at': at },
        });
        return 'done';
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        return error.item === undefined ? 'missing' : 'done';
      }
    },

    release: async (tenant, settlement) => {
      const { orderId, at, restock } = settlement;
      const ending = { state: 'released', fate: restock ? 'available' : 'nothing', at } as const;
      let chunks = await settleReservation(db, tenant, orderId, ending);
      if (chunks.length === 0) {
        if (await closeUnreserved(db(tenant), orderId, at)) return;
        chunks = await settleReservation(db, tenant, orderId, ending);
      }
      if (chunks[0]?.writtenOff === true) await enterLedger(tenant, chunks, 'written_off', settlement);
    },

    ship: async (tenant, settlement) => {
      const { orderId, at } = settlement;
      const chunks = await settleReservation(db, tenant, orderId, { state: 'shipped', fate: 'shipped', at });
      if (chunks.length === 0) return 'missing';
      if (chunks[0]?.state === 'shipped') await enterLedger(tenant, chunks, 'shipped', settlement);
      return 'done';
    },

    find: async (tenant, orderId) => {
      const chunks = await readChunks(db(tenant), orderId);
      const [head] = chunks;
      if (head === undefined) return undefined;
      return Reservation.parse({
        ...head,
        lines: chunks.flatMap((chunk) =>
          chunk.lines.map((line) => ({
            variantId: line.v,
            quantity: line.q,
            from: byLocation(takenFrom({ ...chunk, lines: [line] }, defaultLocationOf(tenant))),
          })),
        ),
      });
    },
  };
};

const byLocation = (
  taken: readonly { readonly locationId: string; readonly quantity: number }[],
): { locationId: string; quantity: number }[] =>
  [...Map.groupBy(taken, ({ locationId }) => locationId)].map(([locationId, parts]) => ({
    locationId,
    quantity: parts.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
