import { AwsError, notImplemented } from '../aws-error.ts';
import type { Account, Weather } from '../contracts.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { createAccessReader } from './access.ts';
import type { Access } from './access.ts';
import { askingForCapacity, consumption } from './capacity.ts';
import { namedTables, tableNameOf } from './catalog.ts';
import type { TableLookup } from './catalog.ts';
import { meetTrouble, splitBatch } from './conflicts.ts';
import { OPERATIONS } from './counters.ts';
import type { Counters, Operation } from './counters.ts';
import { correctRequest } from './corrections.ts';
import { describeTable, listTables } from './descriptions.ts';
import type { EngineAnswer } from './engine-client.ts';
import type { ShardedEngine } from './sharded-engine.ts';

/**
 * What stands before the engine: permissions, weather, counts, and the few answers that are not the engine's. The same
 * code runs in the main thread (for the AWS CLI and the other parts) and in every worker (for its function).
 */
export interface Front {
  /**
   * One call of the DynamoDB API, JSON text in and out. Throws AwsError for what is refused before it reaches the
   * engine; an engine's refusal is an answer with its status.
   */
  call(operation: string, body: string, authorize: (access: Access) => void): Promise<EngineAnswer>;
}

const KINDS: Readonly<Record<Operation, 'read' | 'write' | undefined>> = {
  GetItem: 'read',
  Query: 'read',
  Scan: 'read',
  BatchGetItem: 'read',
  TransactGetItems: 'read',
  PutItem: 'write',
  UpdateItem: 'write',
  DeleteItem: 'write',
  BatchWriteItem: 'write',
  TransactWriteItems: 'write',
  DescribeTable: undefined,
  ListTables: undefined,
};

const isOperation = (name: string): name is Operation => (OPERATIONS as readonly string[]).includes(name);

const parseInput = (body: string): JsonObject => {
  try {
    const input = parseJson(body === '' ? '{}' : body);
    if (isObject(input)) return input;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object');
};

/**
 * A refused write costs as one of the smallest item (AWS: by the size of the item that is there); a cancelled
 * transaction has prepared each of its items once.
 */
const refusedUnits = (operation: Operation, input: JsonObject, answer: EngineAnswer): number => {
  if (answer.status !== 400) return 0;
  if (operation === 'TransactWriteItems') {
    const cancelled = answer.body.includes('TransactionCanceledException');
    return cancelled && isArray(input['TransactItems']) ? input['TransactItems'].length : 0;
  }
  return answer.body.includes('ConditionalCheckFailedException') ? 1 : 0;
};

export const createFront = (options: {
  readonly account: Account;
  readonly tables: TableLookup;
  /** Names of the tables that ListTables answers, in order. */
  readonly tableNames: () => readonly string[];
  readonly engine: ShardedEngine;
  readonly weather: Weather;
  readonly counters: Counters;
}): Front => {
  const { tables, engine, weather, counters } = options;
  const access = createAccessReader(options.account, tables);

  /** In rough weather an index is read in a copy of its table that is behind. */
  const throughWeather = (operation: Operation, input: JsonObject): JsonObject => {
    if (!weather.rough || typeof input['IndexName'] !== 'string' || input['ConsistentRead'] === true) return input;
    const lagging = tables(tableNameOf(input['TableName']))?.laggingTable;
    if (lagging === undefined || (operation !== 'Query' && operation !== 'Scan')) return input;
    return { ...input, TableName: lagging };
  };

  const send = async (operation: Operation, body: string, input: JsonObject): Promise<EngineAnswer> => {
    const kind = KINDS[operation];
    if (kind === undefined) return await engine.send(operation, body, input);
    const raw = await engine.send(operation, askingForCapacity(body, input), input);
    const { units, answer } = consumption(raw, input);
    const refused = kind === 'write' && answer.status !== 200;
    // Calls of this app touch one table each.
    counters.consumed(
      kind,
      refused ? refusedUnits(operation, input, answer) : units,
      tables(namedTables(input)[0] ?? '')?.slot,
    );
    return answer;
  };

  const unprocessedInto = (answer: EngineAnswer, member: string, unprocessed: JsonObject): EngineAnswer => {
    const parsed = parseJson(answer.body);
    if (answer.status !== 200 || !isObject(parsed)) return answer;
    return { status: 200, body: JSON.stringify({ ...parsed, [member]: unprocessed }) };
  };

  const run = async (operation: Operation, given: string, original: JsonObject): Promise<EngineAnswer> => {
    meetTrouble(operation, original, weather);
    if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
      const split = splitBatch(original, weather);
      if (split !== undefined) {
        const answer = await send(operation, JSON.stringify(split.input), split.input);
        return unprocessedInto(
          answer,
          operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems',
          split.unprocessed,
        );
      }
    }
    const input = throughWeather(operation, original);
    if (input === original) return await send(operation, given, original);
    const answer = await send(operation, JSON.stringify(input), input);
    const [copy, table] = [input, original].map(({ TableName }) => `"TableName":${JSON.stringify(TableName)}`);
    return {
      status: answer.status,
      body: answer.body.replace(`"ConsumedCapacity":{${copy}`, `"ConsumedCapacity":{${table}`),
    };
  };

  return {
    async call(operation, body, authorize) {
      if (!isOperation(operation)) throw notImplemented(`dynamodb:${operation}`);
      const input = parseInput(body);
      for (const needed of access.of(operation, input)) authorize(needed);
      counters.called(operation);
      if (operation === 'ListTables') return listTables(input, options.tableNames());
      correctRequest(operation, input, tables);
      if (operation === 'DescribeTable') return await describeTable(input, options.account, tables, engine);
      const answer = await run(operation, body, input);
      if (KINDS[operation] === 'write' && answer.status === 200) {
        for (const name of namedTables(input)) {
          const table = tables(name);
          if (table !== undefined) counters.wrote(table.slot);
        }
      }
      return answer;
    },
  };
};
