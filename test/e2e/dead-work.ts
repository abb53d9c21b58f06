/** What no shopper can bring about: work that died in the middle. It is written down as it would be left. */
import { DynamoDBClient, ListTablesCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsUrl } from './world.ts';

const aws = {
  endpoint: awsUrl,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};
const dynamo = new DynamoDBClient(aws);
const lambda = new LambdaClient(aws);
export const LONG_AGO = '2020-01-01T00:00:00.000Z';

const tableOf = async (domain: string): Promise<string> => {
  const { TableNames: names = [] } = await dynamo.send(new ListTablesCommand({}));
  const name = names.find((each) => each.startsWith(`cartwright-dev-${domain}`));
  if (name === undefined) throw new Error(`There is no table of ${domain}`);
  return name;
};
/** Writes attributes of an item that is there. */
export const set = async (
  domain: string,
  key: { pk: string; sk: string },
  attributes: Readonly<Record<string, string>>,
) => {
  const names = Object.keys(attributes);
  await dynamo.send(
    new UpdateItemCommand({
      TableName: await tableOf(domain),
      Key: { pk: { S: key.pk }, sk: { S: key.sk } },
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, { S: attributes[name] ?? '' }])),
    }),
  );
};
/** Lets the reconciler of orders run now, not with its schedule. */
export const reconcile = async (): Promise<void> => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: 'cartwright-dev-orders-reconcile:live' }));
  if (answer.FunctionError !== undefined) throw new Error(Buffer.from(answer.Payload ?? []).toString());
};

/** Makes a checkout without a verdict so old that the reconciler takes it over the next time that it runs. */
export const makeOverdue = (tenantId: string, orderId: string): Promise<void> =>
  set('orders', { pk: `t#${tenantId}#order#${orderId}`, sk: 'order' }, { dueSk: `${LONG_AGO}#${orderId}` });
