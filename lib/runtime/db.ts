import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { DynamoDb, DynamoDbCalls } from './clients/dynamodb.ts';
import { dbErrors, patience, retryingConflicts } from './db-conflicts.ts';
import { fromWire, toWire } from './db-wire.ts';
import { tenantPrefix, withoutPrefix, withPrefix } from './keys.ts';
import type { TenantId } from './tenant.ts';

export { ConditionFailed, TransactionRefused } from './db-conflicts.ts';

/** An item as stores see it: plain JSON values, keys without the tenant. Parse it with the store's schema. */
export type Item = Readonly<Record<string, unknown>>;
export interface Key {
  readonly pk: string;
  readonly sk: string;
}
/** A condition with its placeholders. `undefined` values are left out of items everywhere. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}
export interface Update {
  readonly update: string;
  readonly condition?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}
export interface Query {
  /** The table itself when absent. */
  readonly index?: 'gsi1' | 'gsi2' | 'gsi3';
  readonly pk: string;
  readonly sk?: { readonly beginsWith: string } | { readonly between: readonly [string, string] };
  /** Items that are read, before `filter`. */
  readonly limit?: number;
  /** The `last` of the page before. */
  readonly after?: Readonly<Record<string, string | number>>;
  /** Newest first when false. */
  readonly forward?: boolean;
  readonly consistent?: boolean;
  readonly filter?: Condition;
}
export type Write =
  | { readonly put: Item; readonly condition?: Condition }
  | { readonly update: Key; readonly with: Update }
  | { readonly delete: Key; readonly condition?: Condition }
  | { readonly check: Key; readonly condition: Condition };
export interface TransactOptions {
  /** Called before a transaction that met another one is tried again; may throw a refusal that is certain by now. */
  readonly onConflict?: () => Promise<void>;
}

/** A table opened for one tenant: every partition key gets the tenant's prefix here, so no query can be without one. */
export interface TenantDb {
  get(key: Key, options?: { readonly consistent?: boolean }): Promise<Item | undefined>;
  /** @throws ConditionFailed with the item that is there */
  put(item: Item, condition?: Condition): Promise<void>;
  /** @returns the item afterwards. @throws ConditionFailed with the item that is there */
  update(key: Key, update: Update): Promise<Item>;
  /** @throws ConditionFailed with the item that is there */
  delete(key: Key, condition?: Condition): Promise<void>;
  query(
    query: Query,
  ): Promise<{ readonly items: readonly Item[]; readonly last: Readonly<Record<string, string | number>> | undefined }>;
  /** All that exist, in no order; asks 100 keys at a time and again, after a pause, for what DynamoDB left unprocessed. */
  batchGet(keys: readonly Key[], options?: { readonly consistent?: boolean }): Promise<readonly Item[]>;
  /** All or nothing, at most 100. @throws TransactionRefused when a condition failed, with the reason for each write */
  transact(writes: readonly Write[], options?: TransactOptions): Promise<void>;
}

const keyWire = (prefix: string, key: Key) => toWire(withPrefix(prefix, { pk: key.pk, sk: key.sk }));
const expressionOf = (condition: Condition | undefined) =>
  condition === undefined ? {} : { ConditionExpression: condition.expression, ...placeholders(condition) };
const placeholders = (source: {
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}) => ({
  ...(source.names === undefined ? {} : { ExpressionAttributeNames: { ...source.names } }),
  ...(source.values === undefined ? {} : { ExpressionAttributeValues: toWire(source.values) }),
});

const open = (client: DynamoDbCalls, table: string, prefix: string): TenantDb => {
  const read = (item: Parameters<typeof fromWire>[0]) => withoutPrefix(prefix, fromWire(item));
  const failures = dbErrors(read);
  const prefixedValues = (update: Update): Update =>
    update.values === undefined ? update : { ...update, values: prefixIndexValues(prefix, update.values) };

  const toTransactItem = (write: Write): TransactWriteItem => {
    const common = { TableName: table, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    if ('put' in write)
      return { Put: { ...common, Item: toWire(withPrefix(prefix, write.put)), ...expressionOf(write.condition) } };
    if ('update' in write) {
      const update = prefixedValues(write.with);
      return {
        Update: {
          ...common,
          Key: keyWire(prefix, write.update),
          UpdateExpression: update.update,
          ...(update.condition === undefined ? {} : { ConditionExpression: update.condition }),
          ...placeholders(update),
        },
      };
    }
    if ('delete' in write)
      return { Delete: { ...common, Key: keyWire(prefix, write.delete), ...expressionOf(write.condition) } };
    return {
      ConditionCheck: {
        ...common,
        Key: keyWire(prefix, write.check),
        ConditionExpression: write.condition.expression,
        ...placeholders(write.condition),
      },
    };
  };

  return {
    get: async (key, options) => {
      const answer = await client.call('GetItem', {
        TableName: table,
        Key: keyWire(prefix, key),
        ConsistentRead: options?.consistent ?? false,
      });
      return answer.Item === undefined ? undefined : read(answer.Item);
    },

    put: async (item, condition) => {
      await retryingConflicts(() =>
        client.call('PutItem', {
          TableName: table,
          Item: toWire(withPrefix(prefix, item)),
          ...expressionOf(condition),
          ...(condition === undefined ? {} : { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        }),
      ).catch(failures.single);
    },

    update: async (key, change) => {
      const update = prefixedValues(change);
      const answer = await retryingConflicts(() =>
        client.call('UpdateItem', {
          TableName: table,
          Key: keyWire(prefix, key),
          UpdateExpression: update.update,
          ...(update.condition === undefined
            ? {}
            : { ConditionExpression: update.condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
          ...placeholders(update),
          ReturnValues: 'ALL_NEW',
        }),
      ).catch(failures.single);
      return read(answer.Attributes ?? {});
    },

    delete: async (key, condition) => {
      await retryingConflicts(() =>
        client.call('DeleteItem', {
          TableName: table,
          Key: keyWire(prefix, key),
          ...expressionOf(condition),
          ...(condition === undefined ? {} : { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        }),
      ).catch(failures.single);
    },

    query: async (query) => {
      // DynamoDB refuses such a range; nothing is in it.
      if (query.sk !== undefined && 'between' in query.sk && query.sk.between[0] > query.sk.between[1])
        return { items: [], last: undefined };
      const [pkName, skName] = query.index === undefined ? ['pk', 'sk'] : [`${query.index}pk`, `${query.index}sk`];
      const range =
        query.sk === undefined
          ? { text: '', values: {} }
          : 'beginsWith' in query.sk
            ? { text: ' AND begins_with(#qsk, :qsk)', values: { ':qsk': query.sk.beginsWith } }
            : {
                text: ' AND #qsk BETWEEN :qfrom AND :qto',
                values: { ':qfrom': query.sk.between[0], ':qto': query.sk.between[1] },
              };
      const answer = await client.call('Query', {
        TableName: table,
        ...(query.index === undefined ? { ConsistentRead: query.consistent ?? false } : { IndexName: query.index }),
        KeyConditionExpression: `#qpk = :qpk${range.text}`,
        ...(query.filter === undefined ? {} : { FilterExpression: query.filter.expression }),
        ExpressionAttributeNames: {
          '#qpk': pkName,
          ...(query.sk === undefined ? {} : { '#qsk': skName }),
          ...query.filter?.names,
        },
        ExpressionAttributeValues: toWire({ ':qpk': prefix + query.pk, ...range.values, ...query.filter?.values }),
        ScanIndexForward: query.forward ?? true,
        ...(query.limit === undefined ? {} : { Limit: query.limit }),
        ...(query.after === undefined ? {} : { ExclusiveStartKey: toWire(withPrefix(prefix, query.after)) }),
      });
      const last = answer.LastEvaluatedKey === undefined ? undefined : read(answer.LastEvaluatedKey);
      return { items: (answer.Items ?? []).map(read), last: last === undefined ? undefined : positionOf(last) };
    },

    batchGet: async (keys, options) => {
      const found: Item[] = [];
      const wait = patience('The table answers only a part of what is asked.');
      for (let start = 0; start < keys.length; start += 100) {
        let wanted: Record<string, unknown>[] = keys
          .slice(start, start + 100)
          .map((key) => withPrefix(prefix, { pk: key.pk, sk: key.sk }));
        while (wanted.length > 0) {
          const answer = await client.call('BatchGetItem', {
            RequestItems: {
              [table]: { Keys: wanted.map((key) => toWire(key)), ConsistentRead: options?.consistent ?? false },
            },
          });
          found.push(...(answer.Responses?.[table] ?? []).map(read));
          wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []).map((key) => fromWire(key));
          if (wanted.length > 0) await wait();
        }
      }
      return found;
    },

    transact: async (writes, options) => {
      await retryingConflicts(
        () => client.call('TransactWriteItems', { TransactItems: writes.map(toTransactItem) }),
        options?.onConflict,
      ).catch(failures.transaction);
    },
  };
};

/** In an update, the values of index keys are named `:gsi1pk` and so on; they get the prefix as an item's would. */
const prefixIndexValues = (prefix: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const result: Record<string, unknown> = { ...values };
  for (const name of [':gsi1pk', ':gsi2pk', ':gsi3pk']) {
    const value = result[name];
    if (typeof value === 'string') result[name] = prefix + value;
  }
  return result;
};

const positionOf = (item: Item): Record<string, string | number> => {
  const position: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(item)) {
    if (typeof value === 'string' || typeof value === 'number') position[name] = value;
  }
  return position;
};

/**
 * Opens a table for tenants: `const db = tenantDb(client, ORDERS_TABLE); db(tenant).get(...)`. Behind the second wall the
 * rights are those of the tenant that the invocation acts for, whichever tenant the table is opened for.
 */
export const tenantDb = (client: DynamoDb, table: string): ((tenant: TenantId) => TenantDb) => {
  const calls = client.ofTenants ?? client;
  return (tenant) => open(calls, table, tenantPrefix(tenant));
};

export type OpenTenantDb = ReturnType<typeof tenantDb>;

/**
 * The same for the system's own items, whose keys begin `s#`: used by few functions (operators, reconcilers), each with
 * a role of its own.
 */
export const systemDb = (client: DynamoDb, table: string): TenantDb => open(client, table, 's#');

/**
 * The whole table, keys as they are stored (`ofSystem` and `ofTenant` of a domain's keys), for the few functions outside the
 * second wall of tenancy whose transactions take items of a tenant and of the system at once.
 */
export const wholeDb = (client: DynamoDb, table: string): TenantDb => open(client, table, '');
