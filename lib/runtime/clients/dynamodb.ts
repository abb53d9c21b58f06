import { randomUUID } from 'node:crypto';
import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  DescribeTableCommandInput,
  DescribeTableCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { lambdaEnv } from '../env.ts';
import { createTenantWall, type TenantWall } from '../tenant-wall.ts';
import { type AwsClientOptions, awsClientOver, functionOptions, withRetries } from './aws-client.ts';
import type { SigningCredentials } from './sigv4.ts';
import { stsClient } from './sts.ts';

/** The operations that the stores use, with the SDK's own types of what goes in and comes out. */
export interface DynamoDbOperations {
  readonly BatchGetItem: { readonly input: BatchGetItemCommandInput; readonly output: BatchGetItemCommandOutput };
  readonly DeleteItem: { readonly input: DeleteItemCommandInput; readonly output: DeleteItemCommandOutput };
  readonly DescribeTable: { readonly input: DescribeTableCommandInput; readonly output: DescribeTableCommandOutput };
  readonly GetItem: { readonly input: GetItemCommandInput; readonly output: GetItemCommandOutput };
  readonly PutItem: { readonly input: PutItemCommandInput; readonly output: PutItemCommandOutput };
  readonly Query: { readonly input: QueryCommandInput; readonly output: QueryCommandOutput };
  readonly TransactWriteItems: {
    readonly input: TransactWriteItemsCommandInput;
    readonly output: TransactWriteItemsCommandOutput;
  };
  readonly UpdateItem: { readonly input: UpdateItemCommandInput; readonly output: UpdateItemCommandOutput };
}

/** Calls of DynamoDB. Binary attributes go in as bytes and come back as base64 text, as in a stream. */
export interface DynamoDbCalls {
  /** @throws AwsServiceError */
  call<Name extends keyof DynamoDbOperations>(
    operation: Name,
    input: DynamoDbOperations[Name]['input'],
  ): Promise<DynamoDbOperations[Name]['output']>;
}

/** A DynamoDB client: its calls are made with the function's own rights. */
export interface DynamoDb extends DynamoDbCalls {
  /**
   * The same with the rights of the tenant that is acted for, where these are apart: then the function's own reach no
   * item of a tenant.
   */
  readonly ofTenants?: DynamoDbCalls | undefined;
  /** Closes the connections. */
  destroy(): void;
}

export interface DynamoDbOptions extends Omit<AwsClientOptions, 'service'> {
  readonly maxAttempts?: number;
  readonly timeoutMs?: number;
  /** Stands before the items of tenants. */
  readonly wall?: TenantWall | undefined;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';
/** `B` is the tag of binary values. A Buffer has become an object of numbers before a replacer sees it, hence `this`. */
function bytesAsBase64(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (key !== 'B') return value;
  const bytes = this[key];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : value;
}

/** DynamoDB's own answer, in the form that its API promises; the stores parse the items in it. */
const parseOutput = <Output>(text: string): Output => JSON.parse(text) as Output;

/** A client of the few operations that the stores use. A transaction keeps its token, so a lost answer does it once. */
export const dynamoDbOver = (options: DynamoDbOptions): DynamoDb => {
  const client = awsClientOver({ ...options, service: 'dynamodb' });
  const timeoutMs = options.timeoutMs ?? 3000;
  const call = async <Name extends keyof DynamoDbOperations>(
    operation: Name,
    input: DynamoDbOperations[Name]['input'],
    credentials?: SigningCredentials,
  ): Promise<DynamoDbOperations[Name]['output']> => {
    const body = JSON.stringify(
      operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID(), ...input } : input,
      bytesAsBase64,
    );
    const headers = { 'content-type': CONTENT_TYPE, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const request = { headers, body, timeoutMs, what: `DynamoDB ${operation}`, credentials };
    const { text } = await withRetries(options.maxAttempts ?? 3, () => client.send(request));
    return parseOutput(text);
  };
  const { wall } = options;
  return {
    destroy: () => client.destroy(),
    call: (operation, input) => call(operation, input),
    ofTenants:
      wall === undefined
        ? undefined
        : { call: (operation, input) => wall.through((credentials) => call(operation, input, credentials)) },
  };
};

/** A function's own, with the tenants' rights apart where its stack has given these to a role of their own. */
export const dynamoDbClient = (): DynamoDb => {
  const role = lambdaEnv().CARTWRIGHT_TENANT_ROLE;
  const wall = role === undefined ? undefined : createTenantWall(stsClient(), role, Date.now);
  return dynamoDbOver({ ...functionOptions('dynamodb'), wall });
};
