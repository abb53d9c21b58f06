import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  TransactionConflictException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { inject } from 'vitest';
import { awsOptions } from '../../lib/client/operator.ts';
import { until } from '../../lib/client/until.ts';
import { functionName, LIVE_ALIAS, stackName } from '../../lib/names.ts';

const deployment = inject('deployment');

/** What the one who deployed can do at the AWS CLI: for work that died in the middle, written down as it would be left. */
export const asDeployer = awsOptions(deployment);
const dynamo = new DynamoDBClient(asDeployer);
const lambda = new LambdaClient(asDeployer);

const tableOf = async (domain: string): Promise<string> => {
  const { TableNames: names = [] } = await dynamo.send(new ListTablesCommand({}));
  const name = names.find((each) => each.startsWith(stackName(deployment.stage, domain)));
  if (name === undefined) throw new Error(`There is no table of ${domain}`);
  return name;
};

/** An item as it is stored. */
export const attributesOf = async (domain: string, key: { pk: string; sk: string }) => {
  const TableName = await tableOf(domain);
  const { Item = {} } = await dynamo.send(
    new GetItemCommand({ TableName, Key: { pk: { S: key.pk }, sk: { S: key.sk } }, ConsistentRead: true }),
  );
  return Item;
};

/** Sets attributes of an item that is there (or, with `made`, that is made by it). */
export const setAttributes = async (
  domain: string,
  key: { pk: string; sk: string },
  attributes: Readonly<Record<string, string | number>>,
  { made = false } = {},
): Promise<void> => {
  const names = Object.keys(attributes);
  const valueOf = (name: string) => {
    const value = attributes[name] ?? '';
    return typeof value === 'number' ? { N: String(value) } : { S: value };
  };
  const update = new UpdateItemCommand({
    TableName: await tableOf(domain),
    Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: made ? 'attribute_not_exists(pk)' : 'attribute_exists(pk)',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, valueOf(name)])),
  });
  await until('no transaction to hold the item', () =>
    dynamo.send(update).catch((error: unknown) => {
      if (!(error instanceof TransactionConflictException)) throw error;
      return undefined;
    }),
  );
};

/**
 * Runs a function as its schedule does.
 * @throws Error with the function's error
 */
export const invoke = async (domain: string, name: string, payload: unknown = {}): Promise<unknown> => {
  const FunctionName = `${functionName(deployment.stage, domain, name)}:${LIVE_ALIAS}`;
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) }));
  const text = Buffer.from(answer.Payload ?? new Uint8Array()).toString();
  if (answer.FunctionError !== undefined) throw new Error(text);
  return JSON.parse(text || 'null');
};
