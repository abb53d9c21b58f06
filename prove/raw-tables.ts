import { setTimeout } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  paginateScan,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { awsOptions, type Deployment } from '../lib/client/operator.ts';
import { tableOfFunction } from '../lib/client/republish.ts';
import { functionName } from '../lib/names.ts';

/** An item as it is stored. */
export type StoredItem = Readonly<Record<string, AttributeValue>>;

/** The tables of a deployment, as its operator reaches them: by domain, past everything that keeps their rules. */
export interface RawTables {
  read(domain: string): Promise<readonly StoredItem[]>;
  write(domain: string, items: readonly StoredItem[]): Promise<void>;
  remove(domain: string, items: readonly StoredItem[]): Promise<void>;
  close(): void;
}

const BATCH = 25;

export const rawTables = (deployment: Deployment): RawTables => {
  const client = new DynamoDBClient(awsOptions(deployment));
  const names = new Map<string, Promise<string>>();
  const nameOf = (domain: string): Promise<string> => {
    const known = names.get(domain);
    if (known !== undefined) return known;
    const health = functionName(deployment.stage, domain, 'health');
    const name = tableOfFunction(deployment, health, `${domain.toUpperCase()}_TABLE`);
    names.set(domain, name);
    return name;
  };
  const send = async (table: string, requests: readonly WriteRequest[]): Promise<void> => {
    for (let start = 0; start < requests.length; start += BATCH) {
      let left = requests.slice(start, start + BATCH);
      while (left.length > 0) {
        const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: [...left] } }));
        left = answer.UnprocessedItems?.[table] ?? [];
        if (left.length > 0) await setTimeout(100);
      }
    }
  };
  return {
    read: async (domain) => {
      const items: StoredItem[] = [];
      const input = { TableName: await nameOf(domain), ConsistentRead: true };
      for await (const page of paginateScan({ client }, input)) items.push(...(page.Items ?? []));
      return items;
    },
    write: async (domain, items) =>
      send(
        await nameOf(domain),
        items.map((Item) => ({ PutRequest: { Item } })),
      ),
    remove: async (domain, items) =>
      send(
        await nameOf(domain),
        items.map(({ pk, sk }) => ({
          DeleteRequest: { Key: { ...(pk === undefined ? {} : { pk }), ...(sk === undefined ? {} : { sk }) } },
        })),
      ),
    close: () => client.destroy(),
  };
};

const keyOf = ({ pk, sk }: StoredItem): string => `${pk?.S} ${sk?.S}`;

/** One text for one content: members in the order of their names, sets in the order of their members. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (name, inner: unknown) => {
    if (Array.isArray(inner)) return name === 'SS' || name === 'NS' ? inner.toSorted() : inner;
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** What is not the same in two states of a table, a line for each item. */
export const itemDifferences = (before: readonly StoredItem[], after: readonly StoredItem[]): string[] => {
  const was = new Map(before.map((item) => [keyOf(item), textOf(item)]));
  const is = new Map(after.map((item) => [keyOf(item), textOf(item)]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [old, now] = [was.get(key), is.get(key)];
    if (old === now) return [];
    if (now === undefined) return [`${key} is missing`];
    return [old === undefined ? `${key} is new` : `${key} was ${old} and is ${now}`];
  });
};
