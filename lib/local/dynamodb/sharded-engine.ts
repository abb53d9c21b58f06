import { AwsError } from '../aws-error.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { namedTables, tableNameOf } from './catalog.ts';
import type { EngineAnswer, EngineClient } from './engine-client.ts';

type Sender = Pick<EngineClient, 'send'>;

/** Sends an operation to the engine that has its tables; `input` is what `body` says. */
export interface ShardedEngine {
  send(operation: string, body: string, input: JsonObject): Promise<EngineAnswer>;
}
const LIMITS = { BatchGetItem: 100, BatchWriteItem: 25 } as const;

/** Items of a batch in all: what is too many for one batch must not become allowed by being split. */
const itemsIn = (requests: JsonObject): number =>
  Object.values(requests).reduce<number>((sum, part) => {
    const list = isObject(part) ? part['Keys'] : part;
    return sum + (isArray(list) ? list.length : 0);
  }, 0);

/** The answers to the parts of a batch as one: each table is in one part only. */
const merged = (answers: readonly EngineAnswer[]): EngineAnswer => {
  const refused = answers.find(({ status }) => status !== 200);
  if (refused !== undefined) return refused;
  const bodies = answers.map(({ body }) => parseJson(body)).filter(isObject);
  const members = [...new Set(bodies.flatMap((body) => Object.keys(body)))];
  const body = Object.fromEntries(
    members.map((member) => {
      const values = bodies.map((part) => part[member]);
      return [member, values.some(isArray) ? values.filter(isArray).flat() : Object.assign({}, ...values)];
    }),
  );
  return { status: 200, body: JSON.stringify(body) };
};

/**
 * Several engines as one; each has whole stacks' tables. Batches are split by engine. A transaction cannot span two
 * engines, so it cannot be about tables of two stacks here, while on AWS it could.
 */
export const createShardedEngine = (engines: readonly Sender[], shardOf: (table: string) => number): ShardedEngine => {
  const [first] = engines;
  if (first === undefined) throw new Error('There is no engine');
  const at = (shard: number): Sender => engines[shard] ?? first;

  const sendParts = async (operation: keyof typeof LIMITS, body: string): Promise<EngineAnswer> => {
    const input = parseJson(body);
    const requests = isObject(input) && isObject(input['RequestItems']) ? input['RequestItems'] : {};
    if (!isObject(input) || itemsIn(requests) > LIMITS[operation]) return await first.send(operation, body);
    const parts = Map.groupBy(Object.entries(requests), ([table]) => shardOf(tableNameOf(table)));
    return merged(
      await Promise.all(
        [...parts].map(([shard, entries]) =>
          at(shard).send(operation, JSON.stringify({ ...input, RequestItems: Object.fromEntries(entries) })),
        ),
      ),
    );
  };

  return {
    async send(operation, body, input) {
      if (engines.length === 1) return await first.send(operation, body);
      const [shard = 0, ...others] = new Set(namedTables(input).map(shardOf));
      if (others.length === 0) return await at(shard).send(operation, body);
      if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return await sendParts(operation, body);
      throw new AwsError(
        'ValidationException',
        'The local cloud keeps the tables of different stacks in different engines, and this transaction is about tables ' +
          'of two of them. On AWS it would be possible; to run it here, declare its tables in one stack.',
      );
    },
  };
};
