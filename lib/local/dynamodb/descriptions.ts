import type { Account } from '../contracts.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { STREAM_LABEL, tableArn, tableNameOf } from './catalog.ts';
import type { TableLookup } from './catalog.ts';
import type { EngineAnswer } from './engine-client.ts';
import type { ShardedEngine } from './sharded-engine.ts';

const PAGE = 100;

/** ListTables, without the engine's own tables. */
export const listTables = (input: JsonObject, names: readonly string[]): EngineAnswer => {
  const after = input['ExclusiveStartTableName'];
  const limit = typeof input['Limit'] === 'number' ? Math.min(input['Limit'], PAGE) : PAGE;
  const rest = typeof after === 'string' ? names.filter((name) => name > after) : names;
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined ? { LastEvaluatedTableName: last } : {};
  return { status: 200, body: JSON.stringify({ TableNames: page, ...more }) };
};

/** DescribeTable with this account's ARNs instead of the engine's. */
export const describeTable = async (
  input: JsonObject,
  account: Account,
  tables: TableLookup,
  engine: ShardedEngine,
): Promise<EngineAnswer> => {
  const name = tableNameOf(input['TableName']);
  const answer = await engine.send('DescribeTable', JSON.stringify({ TableName: name }), { TableName: name });
  const parsed = parseJson(answer.body);
  const table = isObject(parsed) ? parsed['Table'] : undefined;
  if (!isObject(table) || tables(name) === undefined) return answer;
  const arn = tableArn(account, name);
  const indexes = isArray(table['GlobalSecondaryIndexes']) ? table['GlobalSecondaryIndexes'].filter(isObject) : [];
  const described = {
    ...table,
    TableArn: arn,
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            ...index,
            IndexArn: `${arn}/index/${String(index['IndexName'])}`,
          })),
        }),
    ...(table['LatestStreamArn'] === undefined
      ? {}
      : { LatestStreamArn: `${arn}/stream/${STREAM_LABEL}`, LatestStreamLabel: STREAM_LABEL }),
  };
  return { status: 200, body: JSON.stringify({ Table: described }) };
};
