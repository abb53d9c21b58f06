import type { Write } from '../../lib/runtime/db.ts';
import type { Draw } from './draws.ts';
import type { TakenFrom } from './reservation-chunk.ts';
import { keyOfBucket } from './stored-stock.ts';

/**
 * Takes from a bucket for an order. The condition is the promise that nothing is sold twice: enough is available, or the
 * variant may be sold below zero. The variant's own item also says whether it is still tracked and, to who believes that it is all
 * there is (`alone`), whether that is so.
 */
export const takeWrite = (defaultLocation: string, variantId: string, draw: Draw, alone: boolean): Write => {
  const isOwnItem = draw.locationId === defaultLocation && draw.bucket === 0;
  const enough = draw.beyond ? '#policy = :continue' : '#available >= :quantity';
  return {
    update: keyOfBucket(defaultLocation, { variantId, ...draw }),
    with: {
      update: 'SET #available = #available - :quantity, #reserved = #reserved + :quantity',
      condition: [
        enough,
        ...(isOwnItem ? ['#tracked = :true'] : []),
        ...(isOwnItem && alone ? ['(attribute_not_exists(#spread) OR #spread = :false)'] : []),
      ].join(' AND '),
      names: {
        '#available': 'available',
        '#reserved': 'reserved',
        ...(isOwnItem ? { '#tracked': 'tracked' } : {}),
        ...(isOwnItem && alone ? { '#spread': 'spread' } : {}),
        ...(draw.beyond ? { '#policy': 'policy' } : {}),
      },
      values: {
        ':quantity': draw.quantity,
        ...(isOwnItem ? { ':true': true } : {}),
        ...(isOwnItem && alone ? { ':false': false } : {}),
        ...(draw.beyond ? { ':continue': 'continue' } : {}),
      },
    },
  };
};

/** What becomes of reserved stock: available again, shipped, or written off (neither). */
export type Fate = 'available' | 'shipped' | 'nothing';

export const settleWrite = (defaultLocation: string, taken: TakenFrom, fate: Fate): Write => ({
  update: keyOfBucket(defaultLocation, taken),
  with: {
    update: `SET #reserved = #reserved - :quantity${fate === 'nothing' ? '' : ', #fate = #fate + :quantity'}`,
    condition: 'attribute_exists(pk)',
    names: { '#reserved': 'reserved', ...(fate === 'nothing' ? {} : { '#fate': fate }) },
    values: { ':quantity': taken.quantity },
  },
});
