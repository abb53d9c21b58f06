import * as z from 'zod';
import { ConditionFailed, type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { dueMark } from './due.ts';
import { Placement } from './model.ts';
import { nodeSliceKey, PLACEMENT_SHARDS, placementKey, placementShardKey } from './keys.ts';
import type { SpaceStore } from './space.ts';

export type PlacementStore = Pick<
  SpaceStore,
  'placement' | 'placements' | 'setMultipart' | 'discard' | 'postpone' | 'release'
>;

/** Where a listing goes on: in which shard, behind which id. */
const Position = z.codec(z.string(), z.object({ shard: z.int().min(0), after: z.string() }), {
  decode: (text) => {
    const [shard, after] = text.split(':', 2);
    return { shard: Number(shard), after: after ?? '' };
  },
  encode: ({ shard, after }) => `${shard}:${after}`,
});

const ifThere = async (write: Promise<unknown>): Promise<void> => {
  await write.catch((error: unknown) => {
    if (!(error instanceof ConditionFailed)) throw error;
  });
};

/** What lies on nodes, as items of the system: `dynamoPlacements(systemDb(client, STORAGE_TABLE))`. */
export const dynamoPlacements = (db: TenantDb): PlacementStore => ({
  placement: async (node, id) => {
    const item = await db.get(placementKey(node, id), { consistent: true });
    return item === undefined ? undefined : Placement.parse(item);
  },

  placements: async (node, { limit, after }) => {
    const items: Placement[] = [];
    let { shard, after: last } = after === undefined ? { shard: 0, after: '' } : Position.decode(after);
    while (shard < PLACEMENT_SHARDS && items.length < limit) {
      const pk = placementShardKey(node, shard);
      const page = await db.query({
        pk,
        consistent: true,
        limit: limit - items.length,
        ...(last === '' ? {} : { after: { pk, sk: last } }),
      });
      items.push(...page.items.map((item) => Placement.parse(item)));
      if (page.last === undefined) {
        shard += 1;
        last = '';
      } else last = String(page.last['sk']);
    }
    return { items, next: shard < PLACEMENT_SHARDS ? Position.encode({ shard, after: last }) : null };
  },

  setMultipart: async (node, id, multipart) => {
    try {
      await db.update(placementKey(node, id), {
        update: 'SET multipart = :multipart',
        condition: '#state = :live',
        names: { '#state': 'state' },
        values: { ':multipart': multipart, ':live': 'live' },
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      throw conflict('The space of this upload was given back meanwhile. Begin the upload again.');
    }
  },

  discard: async (node, id, dueAt) => {
    const { duePk, dueSk } = dueMark(id, dueAt);
    await ifThere(
      db.update(placementKey(node, id), {
        update: 'SET #state = :garbage, dueAt = :dueAt, duePk = :duePk, dueSk = :dueSk',
        condition: '#state = :live',
        names: { '#state': 'state' },
        values: { ':garbage': 'garbage', ':live': 'live', ':dueAt': dueAt, ':duePk': duePk, ':dueSk': dueSk },
      }),
    );
  },

  postpone: async (node, id, until) => {
    await ifThere(
      db.update(placementKey(node, id), {
        update: 'SET dueSk = :until',
        condition: '#state = :garbage',
        names: { '#state': 'state' },
        values: { ':garbage': 'garbage', ':until': until },
      }),
    );
  },

  release: async ({ nodeId, placementId, draws }) => {
    const back = draws.map(({ slice, bytes }, index): Write => {
      // The object itself is counted in the first slice that it drew from.
      const objects = index === 0 ? 1 : 0;
      return {
        update: nodeSliceKey(nodeId, slice),
        with: {
          update: 'SET takenBytes = takenBytes - :bytes, objects = objects - :objects',
          condition: 'takenBytes >= :bytes AND objects >= :objects',
          values: { ':bytes': bytes, ':objects': objects },
        },
      };
    });
    try {
      await db.transact([
        { delete: placementKey(nodeId, placementId), condition: { expression: 'attribute_exists(pk)' } },
        ...back,
      ]);
    } catch (error) {
      if (error instanceof TransactionRefused && error.reasons[0]?.failed === true) return;
      throw error;
    }
  },
});
