import { ConditionFailed, type TenantDb } from '../../lib/runtime/db.ts';
import { PARTS_AN_ITEM } from './file-writes.ts';
import type { FileVersion } from './model.ts';
import { partsKey, versionKey } from './keys.ts';

/** Removes the entry of a version that was given up, and what its parts were; the entry last, so that a next try finds it. */
export const forgetVersion =
  (db: TenantDb) =>
  async ({ fileId, number, parts }: FileVersion): Promise<void> => {
    for (let chunk = 0; chunk < Math.ceil(parts / PARTS_AN_ITEM); chunk += 1)
      await db.delete(partsKey(fileId, number, chunk));
    try {
      await db.delete(versionKey(fileId, number), {
        expression: '#state = :deleted',
        names: { '#state': 'state' },
        values: { ':deleted': 'deleted' },
      });
    } catch (error) {
      // Somebody else was here.
      if (!(error instanceof ConditionFailed && error.item === undefined)) throw error;
    }
  };
