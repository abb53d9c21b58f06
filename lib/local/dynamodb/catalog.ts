import type { Account } from '../contracts.ts';
import { isArray, isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

/** Key attributes of a table or index. */
export interface KeyNames {
  readonly hash: string;
  readonly range?: string | undefined;
}

/** What the front needs to know of a table; plain data, so that workers get it too. */
export interface TableInfo {
  readonly name: string;
  readonly arn: string;
  readonly keys: KeyNames;
  readonly indexes: Readonly<Record<string, KeyNames>>;
  /** The table's place in the shared counters. */
  readonly slot: number;
  /** Which of the engines has it. */
  readonly shard: number;
  /** The engine's table that is behind by up to a second, in rough weather. */
  readonly laggingTable?: string | undefined;
}

export type TableLookup = (name: string) => TableInfo | undefined;

const LAGGING = '--lagging';

/** The name of the copy of a table that is behind it; it lies in the engine of its table. */
export const laggingName = (table: string): string => table + LAGGING;

/** Which engine has a table, or the copy of one. What is not known is not known to any of them, so any may say so. */
export const shardOf = (tables: TableLookup, name: string): number =>
  tables(name.endsWith(LAGGING) ? name.slice(0, -LAGGING.length) : name)?.shard ?? 0;

export const tableArn = (account: Account, name: string): string =>
  `arn:${account.partition}:dynamodb:${account.region}:${account.accountId}:table/${name}`;

/** One stream per table, under one label: a table's stream is never made anew here. */
export const STREAM_LABEL = '2020-01-01T00:00:00.000';

/** `TableName` may be a name or an ARN. */
export const tableNameOf = (value: unknown): string => {
  if (typeof value !== 'string') return '';
  return value.startsWith('arn:') ? value.slice(value.indexOf(':table/') + ':table/'.length) : value;
};

/** The tables that a request of any operation names, each once; none for one that is about no table. */
export const namedTables = ({ TableName, RequestItems, TransactItems }: JsonObject): readonly string[] => {
  if (TableName !== undefined) return [tableNameOf(TableName)];
  if (isObject(RequestItems)) return Object.keys(RequestItems).map(tableNameOf);
  const parts = (isArray(TransactItems) ? TransactItems : []).flatMap((item) =>
    isObject(item) ? Object.values(item) : [],
  );
  return [...new Set(parts.map((part) => (isObject(part) ? tableNameOf(part['TableName']) : '')))];
};
