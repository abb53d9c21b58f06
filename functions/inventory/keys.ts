import type { Key } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';

/** Where things lie in the inventory table; the tenant comes before every partition key by itself. */
export const locationsKey: Key = { pk: 'locations', sk: 'meta' };
export const stockKey = (variantId: string): Key => ({ pk: key('stock', variantId), sk: 'item' });
/** On a partition of its own, so that a hot variant is spread. */
export const bucketKey = (variantId: string, locationId: string, bucket: number): Key => ({
  pk: key('stock', variantId, locationId, bucket),
  sk: 'bucket',
});
export const adjustmentKey = (adjustmentId: string): Key => ({ pk: key('adjustment', adjustmentId), sk: 'meta' });
export const movementsPartition = (variantId: string): string => key('movements', variantId);
export const reservationPartition = (orderId: string): string => key('reservation', orderId);
export const CHUNK_PREFIX = 'lines#';
/** The chunk of a reservation that begins with its line number `start`; the first one is the reservation's head. */
export const chunkKey = (orderId: string, start: number): Key => ({
  pk: reservationPartition(orderId),
  sk: `${CHUNK_PREFIX}${String(start).padStart(5, '0')}`,
});
