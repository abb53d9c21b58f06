import * as http from 'node:http';
import * as https from 'node:https';
import { lambdaEnv } from '../env.ts';
import { type SigningCredentials, signedHeaders } from './sigv4.ts';

/** Where a client sends its requests, and as whom. */
export interface AwsClientOptions {
  /** The service's signing name: `dynamodb`, `lambda`, `states`, `events`. */
  readonly service: string;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: () => SigningCredentials;
}

export interface AwsRequest {
  /** Encoded as it goes over the wire. */
  readonly path?: string;
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** For the message of a time-out. */
  readonly what: string;
  /** Who signs; the client's own credentials when absent. */
  readonly credentials?: SigningCredentials | undefined;
}

export interface AwsAnswer {
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** What an AWS service answered instead: `name` is its error's name, `body` the error's members (`Item`, ...). */
export class AwsServiceError extends Error {
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: number;
  constructor(name: string, message: string, status: number, body: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = name;
    this.status = status;
    this.body = body;
  }
}

/** Errors after which nothing has happened or the same request may simply be sent again. */
const RETRIABLE = new Set([
  'ThrottlingException',
  'Throttling',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionInProgressException',
]);

const isRetriable = (error: unknown): boolean =>
  !(error instanceof AwsServiceError) || error.status >= 500 || RETRIABLE.has(error.name);

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs `work` up to `attempts` times, with full jitter between, while its error is one that may go away. */
export const withRetries = async <Result>(attempts: number, work: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isRetriable(error)) throw error;
      await pause(Math.random() * 50 * 2 ** attempt);
    }
  }
};

const parseObject = (text: string): Record<string, unknown> => {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
};

const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

/**
 * JSON protocols name the error in the body (`namespace#Name`), REST ones in a header (`Name:url`), the query protocol in
 * an element.
 */
const errorOf = (status: number, headers: http.IncomingHttpHeaders, text: string): AwsServiceError => {
  let body: Record<string, unknown>;
  try {
    body = parseObject(text);
  } catch {
    // Of the query protocol, or a proxy's page instead of the service's answer.
    body = { __type: elementOf(text, 'Code'), message: elementOf(text, 'Message') };
  }
  const type = String(body['__type'] ?? headers['x-amzn-errortype'] ?? `Http${status}`);
  const message = String(body['message'] ?? body['Message'] ?? text.slice(0, 200));
  const name = type.slice(type.lastIndexOf('#') + 1).split(':')[0] ?? type;
  return new AwsServiceError(name, message, status, body);
};

/** Sends one signed POST and waits for the whole answer. */
export interface AwsClient {
  /** @throws AwsServiceError for any status above 299; another error when there was no answer in time */
  send(request: AwsRequest): Promise<AwsAnswer>;
  /** Closes the connections. */
  destroy(): void;
}

/**
 * The one way to AWS of what a request waits for. The SDK's clients spend most of a function's init time and a third of a
 * millisecond per call on generality; these are held to the SDK's behaviour by contract tests.
 */
export const awsClientOver = (options: AwsClientOptions): AwsClient => {
  const url = new URL(options.endpoint);
  const secure = url.protocol === 'https:';
  const agent = secure ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);

  return {
    destroy: () => agent.destroy(),
    send: ({ path = '/', headers, body, timeoutMs, what, credentials = options.credentials() }) =>
      new Promise((resolve, reject) => {
        const signed = signedHeaders(credentials, {
          service: options.service,
          region: options.region,
          host: url.host,
          path,
          headers,
          body,
          at: new Date(),
        });
        const failed = (error: Error): void => {
          clearTimeout(timer);
          reject(error);
        };
        const request = (secure ? https : http).request(
          { host: url.hostname, port, method: 'POST', path, headers: signed, agent },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            // A connection that breaks inside an answer is the answer's error only: the request is over for Node.
            response.on('error', failed);
            response.on('end', () => {
              clearTimeout(timer);
              const text = Buffer.concat(chunks).toString('utf8');
              const status = response.statusCode ?? 0;
              if (status >= 200 && status < 300) resolve({ headers: response.headers, text });
              else reject(errorOf(status, response.headers, text));
            });
          },
        );
        const timer = setTimeout(
          () => request.destroy(new Error(`${what} did not answer in ${timeoutMs} ms`)),
          timeoutMs,
        );
        request.on('error', failed);
        request.end(body);
      }),
  };
};

/** A function's own: region, endpoint and credentials come from Lambda's environment. */
export const functionOptions = (service: string, host = service): AwsClientOptions => {
  const env = lambdaEnv();
  const credentials: SigningCredentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
  return {
    service,
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL ?? `https://${host}.${env.AWS_REGION}.amazonaws.com`,
    credentials: () => credentials,
  };
};
