import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
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
import { type SigningCredentials, signedHeaders } from './sigv4.ts';

/** The operations that the stores use, with the SDK's own types of what goes in and comes out. */
interface Operations {
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

/** A DynamoDB client. Binary attributes go in as bytes and come back as base64 text, as in a stream. */
export interface DynamoDb {
  /** @throws DynamoDbError */
  call<Name extends keyof Operations>(
    operation: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']>;
  /** Closes the connections. */
  destroy(): void;
}

/** What DynamoDB answered instead: `name` is its error's name, `body` the error's members (`Item`, `CancellationReasons`). */
export class DynamoDbError extends Error {
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: number;
  constructor(name: string, message: string, status: number, body: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = name;
    this.status = status;
    this.body = body;
  }
}

export interface DynamoDbOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: () => SigningCredentials;
  readonly maxAttempts?: number;
  readonly timeoutMs?: number;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';
/** Errors after which nothing has happened or the same request may simply be sent again. */
const RETRIABLE = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionInProgressException',
]);

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `B` is the tag of binary values. A Buffer has become an object of numbers before a replacer sees it, hence `this`. */
function bytesAsBase64(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (key !== 'B') return value;
  const bytes = this[key];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : value;
}

const parseObject = (text: string): Record<string, unknown> => {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
};

const errorOf = (status: number, text: string): DynamoDbError => {
  let body: Record<string, unknown>;
  try {
    body = parseObject(text);
  } catch {
    body = {}; // a proxy's page instead of DynamoDB's answer
  }
  const type = String(body['__type'] ?? `Http${status}`);
  const message = String(body['message'] ?? body['Message'] ?? text.slice(0, 200));
  return new DynamoDbError(type.slice(type.lastIndexOf('#') + 1), message, status, body);
};

const isRetriable = (error: unknown): boolean =>
  !(error instanceof DynamoDbError) || error.status >= 500 || RETRIABLE.has(error.name);

/**
 * A client of the one protocol and the few operations that the stores use. The SDK's spends most of a function's init
 * time and a third of a millisecond per call on generality; this one is held to the SDK's behaviour by a contract test.
 * Retries with full jitter what may be retried; a transaction keeps its token, so a lost answer does it once.
 */
export const dynamoDbOver = (options: DynamoDbOptions): DynamoDb => {
  const url = new URL(options.endpoint);
  const secure = url.protocol === 'https:';
  const agent = secure ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const timeoutMs = options.timeoutMs ?? 3000;

  const once = (operation: string, body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const target = `DynamoDB_20120810.${operation}`;
      const headers = signedHeaders(options.credentials(), {
        service: 'dynamodb',
        region: options.region,
        host: url.host,
        target,
        contentType: CONTENT_TYPE,
        body,
        at: new Date(),
      });
      const request = (secure ? https : http).request(
        { host: url.hostname, port, method: 'POST', path: '/', headers, agent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', (error) => request.destroy(error));
          response.on('end', () => {
            clearTimeout(timer);
            const text = Buffer.concat(chunks).toString('utf8');
            const status = response.statusCode ?? 0;
            if (status === 200) resolve(text);
            else reject(errorOf(status, text));
          });
        },
      );
      const timer = setTimeout(
        () => request.destroy(new Error(`DynamoDB did not answer ${operation} in ${timeoutMs} ms`)),
        timeoutMs,
      );
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(body);
    });

  return {
    destroy: () => agent.destroy(),
    call: async (operation, input) => {
      const body = JSON.stringify(
        operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID(), ...input } : input,
        bytesAsBase64,
      );
      const attempts = options.maxAttempts ?? 3;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return parseOutput(await once(operation, body));
        } catch (error) {
          if (attempt >= attempts || !isRetriable(error)) throw error;
          await pause(Math.random() * 50 * 2 ** attempt);
        }
      }
    },
  };
};

/** DynamoDB's own answer, in the form that its API promises; the stores parse the items in it. */
const parseOutput = <Output>(text: string): Output => JSON.parse(text) as Output;

/** The client of a function: region, endpoint and credentials come from Lambda's environment. */
export const dynamoDbClient = (): DynamoDb => {
  const env = lambdaEnv();
  return dynamoDbOver({
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL ?? `https://dynamodb.${env.AWS_REGION}.amazonaws.com`,
    credentials: () => {
      const {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      } = env;
      return { accessKeyId, secretAccessKey, sessionToken };
    },
  });
};
