import { createHash } from 'node:crypto';
import type { Stoppable } from '../contracts.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import { engineError } from './engine-tables.ts';
import { engineAt, ownEngine } from './engine.ts';
import type { Engine, EngineOptions } from './engine.ts';

/**
 * The own engines' files in the state directory. An engine makes one write after the other, each of them durable; two
 * engines make two at once.
 */
const FILES = ['dynamodb.db', 'dynamodb-2.db'];

export interface Engines extends Stoppable {
  readonly all: readonly Engine[];
  /** Which of them has a stack's table, or will have it once it is made. */
  place(table: string, stack: string): number;
}

/** All tables of an engine, its copies of them too. */
const tablesOf = async ({ client }: Engine): Promise<readonly string[]> => {
  const names: string[] = [];
  let after: unknown;
  do {
    const answer = await client.send('ListTables', JSON.stringify({ ExclusiveStartTableName: after }));
    if (answer.status !== 200) throw engineError(answer);
    const page = parseJson(answer.body);
    if (!isObject(page)) break;
    names.push(...(isArray(page['TableNames']) ? page['TableNames'].map(String) : []));
    after = page['LastEvaluatedTableName'];
  } while (typeof after === 'string');
  return names;
};

/** A stack's tables are together, wherever the stack is among others, so that transactions can be about all of them. */
const shardOfStack = (stack: string, shards: number): number =>
  createHash('sha256').update(stack).digest().readUInt8(0) % shards;

/** Starts the own engines, or uses the one at `endpoint`. A table that exists stays where it is. */
export const startEngines = async (options: EngineOptions, endpoint: string | undefined): Promise<Engines> => {
  const all =
    endpoint === undefined
      ? await Promise.all(FILES.map((file) => ownEngine(file, options)))
      : [await engineAt(endpoint, options)];
  const known = new Map<string, number>();
  if (all.length > 1)
    for (const [shard, engine] of all.entries()) for (const name of await tablesOf(engine)) known.set(name, shard);
  return {
    all,
    place(table, stack) {
      const shard = known.get(table) ?? shardOfStack(stack, all.length);
      known.set(table, shard);
      return shard;
    },
    async stop() {
      await Promise.all(all.map((engine) => engine.stop()));
    },
  };
};
