import { AwsError } from '../aws-error.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { EngineAnswer, EngineClient } from './engine-client.ts';
import type { TableDefinition } from './table-properties.ts';

/** An engine's refusal as an error. */
export const engineError = (answer: EngineAnswer): AwsError => {
  const parsed = parseJson(answer.body === '' ? '{}' : answer.body);
  const { __type, message, Message, ...fields } = isObject(parsed) ? parsed : {};
  const code = typeof __type === 'string' ? (__type.split('#').at(-1) ?? __type) : 'InternalServerError';
  return new AwsError(code, String(message ?? Message ?? ''), answer.status, fields);
};

const ask = async (engine: EngineClient, operation: string, input: JsonObject): Promise<JsonObject> => {
  const answer = await engine.send(operation, JSON.stringify(input));
  if (answer.status !== 200) throw engineError(answer);
  const parsed = parseJson(answer.body);
  return isObject(parsed) ? parsed : {};
};

const describe = async (engine: EngineClient, name: string): Promise<JsonObject | undefined> => {
  try {
    const { Table } = await ask(engine, 'DescribeTable', { TableName: name });
    return isObject(Table) ? Table : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
};

const indexRequest = (index: NonNullable<TableDefinition['GlobalSecondaryIndexes']>[number]): JsonObject => ({
  IndexName: index.IndexName,
  KeySchema: index.KeySchema,
  Projection: index.Projection,
});

const create = async (
  engine: EngineClient,
  name: string,
  definition: TableDefinition,
  streamed: boolean,
): Promise<void> => {
  const indexes = definition.GlobalSecondaryIndexes ?? [];
  await ask(engine, 'CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: definition.KeySchema,
    AttributeDefinitions: definition.AttributeDefinitions,
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes.map(indexRequest) }),
    ...(streamed ? { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } } : {}),
  });
};

const sortedText = (keySchema: unknown): string =>
  isArray(keySchema)
    ? keySchema
        .filter(isObject)
        .map((key) => `${String(key['KeyType'])} ${String(key['AttributeName'])}`)
        .sort()
        .join(', ')
    : '';

/** What an index is by its content: its keys and what it projects. */
const indexText = (index: JsonObject): string => {
  const projection = isObject(index['Projection']) ? index['Projection'] : {};
  const extra = isArray(projection['NonKeyAttributes']) ? projection['NonKeyAttributes'].map(String).sort() : [];
  return [sortedText(index['KeySchema']), String(projection['ProjectionType']), ...extra].join(' | ');
};

const alter = async (
  engine: EngineClient,
  name: string,
  definition: TableDefinition,
  existing: JsonObject,
): Promise<void> => {
  const had = new Map(
    (isArray(existing['GlobalSecondaryIndexes']) ? existing['GlobalSecondaryIndexes'] : [])
      .filter(isObject)
      .map((index) => [String(index['IndexName']), indexText(index)]),
  );
  const wanted = new Map((definition.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  for (const [index, text] of had) {
    const now = wanted.get(index);
    if (now !== undefined && indexText(indexRequest(now)) === text) continue;
    await ask(engine, 'UpdateTable', {
      TableName: name,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index } }],
    });
    had.delete(index);
  }
  for (const [indexName, index] of wanted) {
    if (had.has(indexName)) continue;
    await ask(engine, 'UpdateTable', {
      TableName: name,
      AttributeDefinitions: definition.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create: indexRequest(index) }],
    });
  }
};

/**
 * Makes the engine's table what the template says: created, or its indexes and stream changed. A changed primary key is
 * an error, as it would be a new table on AWS and its data would be lost.
 */
export const ensureTable = async (
  engine: EngineClient,
  table: {
    readonly name: string;
    readonly path: string;
    readonly definition: TableDefinition;
    readonly streamed: boolean;
  },
): Promise<void> => {
  const { name, definition, streamed } = table;
  const existing = await describe(engine, name);
  if (existing === undefined) return await create(engine, name, definition, streamed);
  if (sortedText(existing['KeySchema']) !== sortedText(definition.KeySchema)) {
    throw new Error(
      `${table.path}.Properties.KeySchema: the key of an existing table cannot change; start with --fresh`,
    );
  }
  await alter(engine, name, definition, existing);
  const stream = existing['StreamSpecification'];
  const hasStream = isObject(stream) && stream['StreamEnabled'] === true;
  if (streamed === hasStream) return;
  const specification = streamed
    ? { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
    : { StreamEnabled: false };
  await ask(engine, 'UpdateTable', { TableName: name, StreamSpecification: specification });
};

/** Leaves expiry to the engine. */
export const expireByEngine = async (engine: EngineClient, name: string, attribute: string): Promise<void> => {
  const { TimeToLiveDescription } = await ask(engine, 'DescribeTimeToLive', { TableName: name });
  const known = isObject(TimeToLiveDescription) ? TimeToLiveDescription['AttributeName'] : undefined;
  if (known === attribute) return;
  const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
  await ask(engine, 'UpdateTimeToLive', { TableName: name, TimeToLiveSpecification });
};

export const deleteTable = async (engine: EngineClient, name: string): Promise<void> => {
  if ((await describe(engine, name)) !== undefined) await ask(engine, 'DeleteTable', { TableName: name });
};
