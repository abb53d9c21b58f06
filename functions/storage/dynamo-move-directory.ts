import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import * as z from 'zod';
import { type Item, type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { fromWire, toWire } from '../../lib/runtime/db-wire.ts';
import { progressKeyOf } from './drain-keys.ts';
import { FileVersion, Move, Sha256 } from './model.ts';
import { dueMark } from './due.ts';
import { moveKey, MOVES, ofSystem, ofTenant, partsKey, placementKey, versionKey } from './keys.ts';
import type { MoveDirectory } from './move-directory.ts';

/** How long a move that is over can be read, seconds; then DynamoDB's TTL takes it away. */
const KEEP_SECONDS = 30 * 24 * 3600;
const PARTS_A_CHUNK = 500;

const Chunk = z.object({ parts: z.array(z.object({ size: z.int(), sha256: Sha256 })) });
const Keys = z.object({ pk: z.string(), sk: z.string() });

const itemOf = (move: Move): Item => {
  const over = move.state === 'flipped' || move.state === 'dropped';
  return {
    ...ofTenant(move.tenant, moveKey(move.fileId, move.number)),
    ...move,
    movesPk: move.drainId,
    movesSk: `${move.state}#${move.updatedAt}`,
    ...(over ? { ttl: Math.floor(Date.parse(move.updatedAt) / 1000) + KEEP_SECONDS } : {}),
  };
};

const writeOf = (was: Move | undefined, becomes: Move): Write => ({
  put: itemOf(becomes),
  condition:
    was === undefined
      ? { expression: 'attribute_not_exists(pk)' }
      : { expression: '#revision = :was', names: { '#revision': 'revision' }, values: { ':was': was.revision } },
});

const IS_LIVE = { expression: '#state = :live', names: { '#state': 'state' }, values: { ':live': 'live' } };

/** live -> garbage, as a part of a transaction. */
const discarding = (place: Move['from'], dueAt: Move['updatedAt']): Write => {
  const { duePk, dueSk } = dueMark(place.placementId, dueAt);
  return {
    update: ofSystem(placementKey(place.nodeId, place.placementId)),
    with: {
      update: 'SET #state = :garbage, dueAt = :dueAt, duePk = :duePk, dueSk = :dueSk',
      condition: IS_LIVE.expression,
      names: IS_LIVE.names,
      values: { ...IS_LIVE.values, ':garbage': 'garbage', ':dueAt': dueAt, ':duePk': duePk, ':dueSk': dueSk },
    },
  };
};

/** False: refused. Which of the writes were the reason is told to `refused`. */
const attempt = async (
  db: TenantDb,
  writes: readonly Write[],
  refused: (failed: readonly boolean[]) => Promise<boolean> = () => Promise.resolve(false),
): Promise<boolean> => {
  try {
    await db.transact(writes);
    return true;
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error;
    return refused(error.reasons.map(({ failed }) => failed));
  }
};

/** @param db the whole table: its transactions take items of tenants and of the system */
export const dynamoMoveDirectory = (client: DynamoDb, table: string, db: TenantDb): MoveDirectory => ({
  version: async (tenant, file, number) => {
    const item = await db.get(ofTenant(tenant, versionKey(file, number)), { consistent: true });
    return item === undefined ? undefined : FileVersion.parse(item);
  },

  sums: async (tenant, { fileId, number, parts }) => {
    const keys = Array.from({ length: Math.ceil(parts / PARTS_A_CHUNK) }, (_, chunk) =>
      ofTenant(tenant, partsKey(fileId, number, chunk)),
    );
    const items = await db.batchGet(keys, { consistent: true });
    const bySort = new Map(items.map((item) => [String(item['sk']), Chunk.parse(item).parts]));
    return keys.flatMap(({ sk }) => bySort.get(sk) ?? []);
  },

  move: async (tenant, file, number) => {
    const item = await db.get(ofTenant(tenant, moveKey(file, number)), { consistent: true });
    return item === undefined ? undefined : Move.parse(item);
  },

  change: (was, becomes, discard) => {
    const write = writeOf(was, becomes);
    if (discard === undefined) return attempt(db, [write]);
    return attempt(db, [write, discarding(discard.copy, discard.dueAt)], ([lost]) =>
      // The copy is no live one: it was never made, or is garbage already.
      lost === true ? Promise.resolve(false) : attempt(db, [write]),
    );
  },

  flip: ({ version, was, becomes, dueAt }) =>
    attempt(db, [
      {
        update: ofTenant(was.tenant, versionKey(was.fileId, was.number)),
        with: {
          update: 'SET #place = :to, #moves = #moves + :one',
          condition: '#place.placementId = :from AND #moves = :moves AND #state = :kept',
          names: { '#place': 'place', '#moves': 'moves', '#state': 'state' },
          values: {
            ':to': was.to,
            ':one': 1,
            ':from': was.from.placementId,
            ':moves': version.moves,
            ':kept': 'kept',
          },
        },
      },
      writeOf(was, becomes),
      discarding(was.from, dueAt),
      { check: ofSystem(placementKey(was.to.nodeId, was.to.placementId)), condition: IS_LIVE },
      {
        update: ofSystem(progressKeyOf(was.drainId, was.from.placementId)),
        with: { update: 'ADD objects :one, bytes :bytes', values: { ':one': 1, ':bytes': was.size } },
      },
    ]),

  moves: async ({ drain, state, limit, after }) => {
    const byState = state === undefined ? '' : ` AND begins_with(${MOVES.sort}, :state)`;
    const found = await client.call('Query', {
      TableName: table,
      IndexName: MOVES.name,
      KeyConditionExpression: `${MOVES.partition} = :drain${byState}`,
      ExpressionAttributeValues: toWire({ ':drain': drain, ...(state === undefined ? {} : { ':state': `${state}#` }) }),
      Limit: limit,
      ...(after === undefined ? {} : { ExclusiveStartKey: toWire(after) }),
    });
    const keys = (found.Items ?? []).map((item) => Keys.parse(fromWire(item)));
    const items = await db.batchGet(keys, { consistent: true });
    const byKey = new Map(items.map((item) => [`${String(item['pk'])} ${String(item['sk'])}`, item]));
    // What the index has not heard of yet: it says where to look, the item what is true.
    const moves = keys.flatMap(({ pk, sk }) => {
      const item = byKey.get(`${pk} ${sk}`);
      return item === undefined ? [] : [Move.parse(item)];
    });
    return {
      items: moves.filter((move) => move.drainId === drain && (state === undefined || move.state === state)),
      next: found.LastEvaluatedKey === undefined ? null : positionOf(fromWire(found.LastEvaluatedKey)),
    };
  },
});

const Position = z.record(z.string(), z.union([z.string(), z.number()]));
const positionOf = (wire: Readonly<Record<string, unknown>>) => Position.parse(wire);
