import * as z from 'zod';
import { ConditionFailed, type TenantDb, TransactionRefused } from '../../lib/runtime/db.ts';
import { drainKey, nodeDrainKey, PROGRESS_SLICES, progressKey, rateKey } from './drain-keys.ts';
import { Amount, Drain } from './drain.ts';
import type { DrainStore } from './drain-store.ts';
import { drainId, type DrainId } from './ids.ts';

const Newest = z.object({ drainId: drainId.schema });
const Rate = z.object({ bytesPerSecond: z.int() });

/** @param db the system's items */
export const dynamoDrainStore = (db: TenantDb): DrainStore => {
  const find = async (id: DrainId): Promise<Drain | undefined> => {
    const item = await db.get(drainKey(id), { consistent: true });
    return item === undefined ? undefined : Drain.parse(item);
  };
  return {
    find,

    create: async (drain) => {
      try {
        await db.transact([
          { put: { ...drainKey(drain.id), ...drain }, condition: { expression: 'attribute_not_exists(pk)' } },
          { put: { ...nodeDrainKey(drain.nodeId), drainId: drain.id } },
        ]);
        return true;
      } catch (error) {
        if (error instanceof TransactionRefused) return false;
        throw error;
      }
    },

    ofNode: async (id) => {
      const item = await db.get(nodeDrainKey(id), { consistent: true });
      return item === undefined ? undefined : find(Newest.parse(item).drainId);
    },

    save: async (was, becomes) => {
      try {
        await db.put(
          { ...drainKey(becomes.id), ...becomes },
          { expression: '#version = :was', names: { '#version': 'version' }, values: { ':was': was.version } },
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },

    moved: async (id) => {
      const keys = Array.from({ length: PROGRESS_SLICES }, (_, slice) => progressKey(id, slice));
      const slices = (await db.batchGet(keys, { consistent: true })).map((item) => Amount.parse(item));
      return {
        objects: slices.reduce((sum, { objects }) => sum + objects, 0),
        bytes: slices.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },

    lastRate: async (pool) => {
      const item = await db.get(rateKey(pool));
      return item === undefined ? null : Rate.parse(item).bytesPerSecond;
    },
    rememberRate: (pool, bytesPerSecond) => db.put({ ...rateKey(pool), bytesPerSecond }),
  };
};
