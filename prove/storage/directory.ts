import * as z from 'zod';
import type { DynamoDbCalls } from '../../lib/runtime/clients/dynamodb.ts';
import { fromWire } from '../../lib/runtime/db-wire.ts';
import { FileVersion, Move, Placement, StoredFile, Upload } from '../../functions/storage/model.ts';
import { StorageNode } from '../../functions/storage/node.ts';

const NodeSlice = z.object({ capacityBytes: z.int(), takenBytes: z.int(), objects: z.int(), open: z.boolean() });
const QuotaSlice = z.object({ limitBytes: z.int(), takenBytes: z.int() });
const PathClaim = z.object({ fileId: z.string() });

/** Items of one kind by their keys; `owner` is the tenant or node that the partition key names. */
export type Shelf<Value> = Map<string, { readonly owner: string; readonly sk: string; readonly value: Value }>;

/**
 * What lies in the table, item by item, read past the stores: the checks compare sums and copies with it and know nothing of
 * how it came there.
 */
export interface Directory {
  readonly nodes: Shelf<StorageNode>;
  readonly nodeSlices: Shelf<z.output<typeof NodeSlice>>;
  readonly placements: Shelf<Placement>;
  readonly uploads: Shelf<Upload>;
  readonly files: Shelf<StoredFile>;
  readonly versions: Shelf<FileVersion>;
  readonly paths: Shelf<z.output<typeof PathClaim>>;
  readonly quotaSlices: Shelf<z.output<typeof QuotaSlice>>;
  readonly moves: Shelf<Move>;
}

interface Kind {
  readonly pk: RegExp;
  readonly sk: RegExp;
  place(id: string, owner: string, sk: string, item: unknown): void;
}
const kind = <Value>(pk: RegExp, sk: RegExp, shelf: Shelf<Value>, schema: z.ZodType<Value>): Kind => ({
  pk,
  sk,
  place: (id, owner, sortKey, item) => {
    if (item === undefined) shelf.delete(id);
    else shelf.set(id, { owner, sk: sortKey, value: schema.parse(item) });
  },
});

interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

const Wire = z.looseObject({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });
const Write = z.looseObject({ TableName: z.string(), Key: Wire.optional(), Item: Wire.optional() });
const Transaction = z.looseObject({ TransactItems: z.array(z.record(z.string(), Write)) });

/** A table and the keys in it that a write names. */
const writtenBy = (operation: string, input: object): { readonly table: string; readonly keys: readonly ItemKey[] } => {
  const writes =
    operation === 'TransactWriteItems'
      ? Transaction.parse(input).TransactItems.flatMap(({ ConditionCheck: _, ...kinds }) => Object.values(kinds))
      : ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)
        ? [Write.parse(input)]
        : [];
  const keys = writes.flatMap(({ Key, Item }) => {
    const named = Key ?? Item;
    return named === undefined ? [] : [{ pk: named.pk.S, sk: named.sk.S }];
  });
  return { table: writes[0]?.TableName ?? '', keys };
};

/** A table's calls, and what is in it after each of them. `changes` counts those that wrote. */
export const watched = (
  calls: DynamoDbCalls,
): { readonly calls: DynamoDbCalls; readonly directory: Directory; changes(): number } => {
  const directory: Directory = {
    nodes: new Map(),
    nodeSlices: new Map(),
    placements: new Map(),
    uploads: new Map(),
    files: new Map(),
    versions: new Map(),
    paths: new Map(),
    quotaSlices: new Map(),
    moves: new Map(),
  };
  const kinds: readonly Kind[] = [
    kind(/^s#()nodes$/, /^node_/, directory.nodes, StorageNode),
    kind(/^s#node#(node_\w+)$/, /^s#\d+$/, directory.nodeSlices, NodeSlice),
    kind(/^s#placements#(node_\w+)#\d+$/, /^plc_/, directory.placements, Placement),
    kind(/^t#(tnt_\w+)#upload#upl_\w+$/, /^upload$/, directory.uploads, Upload),
    kind(/^t#(tnt_\w+)#file#file_\w+$/, /^file$/, directory.files, StoredFile),
    kind(/^t#(tnt_\w+)#file#file_\w+$/, /^v#\d+$/, directory.versions, FileVersion),
    kind(/^t#(tnt_\w+)#file#file_\w+$/, /^m#\d+$/, directory.moves, Move),
    kind(/^t#(tnt_\w+)#paths$/, /^/, directory.paths, PathClaim),
    kind(/^t#(tnt_\w+)#quota$/, /^s#\d+$/, directory.quotaSlices, QuotaSlice),
  ];
  let changes = 0;
  const look = async (TableName: string, { pk, sk }: ItemKey): Promise<void> => {
    for (const candidate of kinds) {
      const owner = candidate.pk.exec(pk)?.[1];
      if (owner === undefined || !candidate.sk.test(sk)) continue;
      const Key = { pk: { S: pk }, sk: { S: sk } };
      const { Item } = await calls.call('GetItem', { TableName, Key, ConsistentRead: true });
      candidate.place(`${pk}|${sk}`, owner, sk, Item === undefined ? undefined : fromWire(Item));
    }
  };
  return {
    directory,
    changes: () => changes,
    calls: {
      call: async (operation, input) => {
        const { table, keys } = writtenBy(operation, input);
        const answer = await calls.call(operation, input);
        if (keys.length > 0) changes += 1;
        for (const key of keys) await look(table, key);
        return answer;
      },
    },
  };
};
