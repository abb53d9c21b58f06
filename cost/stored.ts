import {
  type AttributeValue,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

type Item = Readonly<Record<string, AttributeValue>>;

/** DynamoDB adds so much to each item, in a table and in an index (its documentation, "Item sizes and formats"). */
const PER_ITEM = 100;

const bytes = (text: string): number => Buffer.byteLength(text);

/** An attribute's value by DynamoDB's rules for sizes: text in UTF-8, numbers two digits a byte, 3 for a list or map, 1 for each member. */
export const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return bytes(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.byteLength;
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + bytes(text), 0);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, member) => sum + 1 + valueBytes(member), 0);
  if (value.M !== undefined)
    return 3 + Object.entries(value.M).reduce((sum, [name, member]) => sum + 1 + bytes(name) + valueBytes(member), 0);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  throw new Error(`cost/stored.ts does not know the size of ${JSON.stringify(value)}`);
};

export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + bytes(name) + valueBytes(value), 0);

interface Index {
  /** Its key attributes and the table's. */
  readonly keys: readonly string[];
  readonly everything: boolean;
}

/** What an item takes in its table and in the indexes that it is in. */
export const storedBytes = (item: Item, indexes: readonly Index[]): number => {
  const copies = indexes
    .filter(({ keys }) => keys.every((key) => item[key] !== undefined))
    .map(({ keys, everything }) =>
      everything
        ? itemBytes(item)
        : itemBytes(Object.fromEntries(Object.entries(item).filter(([name]) => keys.includes(name)))),
    );
  return [itemBytes(item), ...copies].reduce((sum, size) => sum + size + PER_ITEM, 0);
};

/** Bytes stored in all tables behind an endpoint. */
export const storedIn = async (endpoint: string): Promise<number> => {
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  let total = 0;
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const namesOf = (schema: readonly { readonly AttributeName: string | undefined }[] = []) =>
      schema.map(({ AttributeName = '' }) => AttributeName);
    const indexes = (Table?.GlobalSecondaryIndexes ?? []).map(({ KeySchema, Projection }) => ({
      keys: [...namesOf(Table?.KeySchema), ...namesOf(KeySchema)],
      everything: Projection?.ProjectionType === 'ALL',
    }));
    let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName, ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }) }),
      );
      for (const item of page.Items ?? []) total += storedBytes(item, indexes);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
  client.destroy();
  return total;
};
