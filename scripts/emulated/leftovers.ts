import { GetRestApisCommand, APIGatewayClient, GetUsagePlansCommand } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { awsOptions } from '../../lib/client/operator.ts';
import { STAGE } from './run-settings.ts';

/** The names of what is there of the stage: after `cdk destroy --all`, what it left. */
export const leftovers = async (endpoint: string): Promise<string[]> => {
  const options = awsOptions({ stage: STAGE, endpoint });
  const found: (string | undefined)[] = [];
  for await (const { Functions } of paginateListFunctions({ client: new LambdaClient(options) }, {})) {
    found.push(...(Functions ?? []).map(({ FunctionName }) => FunctionName));
  }
  const parameters = { Path: `/cartwright/${STAGE}`, Recursive: true };
  for await (const { Parameters } of paginateGetParametersByPath({ client: new SSMClient(options) }, parameters)) {
    found.push(...(Parameters ?? []).map(({ Name }) => Name));
  }
  const gateway = new APIGatewayClient(options);
  const [tables, queues, buses, buckets, secrets, machines, apis, plans] = await Promise.all([
    new DynamoDBClient(options).send(new ListTablesCommand({})),
    new SQSClient(options).send(new ListQueuesCommand({})),
    new EventBridgeClient(options).send(new ListEventBusesCommand({})),
    new S3Client(options).send(new ListBucketsCommand({})),
    new SecretsManagerClient(options).send(new ListSecretsCommand({})),
    new SFNClient(options).send(new ListStateMachinesCommand({})),
    gateway.send(new GetRestApisCommand({ limit: 500 })),
    gateway.send(new GetUsagePlansCommand({ limit: 500 })),
  ]);
  found.push(
    ...(tables.TableNames ?? []),
    ...(queues.QueueUrls ?? []),
    ...(buses.EventBuses ?? []).map(({ Name }) => Name),
    ...(buckets.Buckets ?? []).map(({ Name }) => Name),
    ...(secrets.SecretList ?? []).map(({ Name }) => Name),
    ...(machines.stateMachines ?? []).map(({ name }) => name),
    ...(apis.items ?? []).map(({ name }) => name),
    ...(plans.items ?? []).map(({ name }) => name),
  );
  return found.filter((name) => name !== undefined).filter((name) => /cartwright[-/]dev/i.test(name));
};
