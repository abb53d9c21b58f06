import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsService, Iam, Log, Meter, Stoppable } from '../contracts.ts';
import { listen } from '../listen.ts';
import { createDispatch } from './dispatch.ts';
import type { Dispatch } from './dispatch.ts';
import { answerGrants, GRANTS_PATH } from './grants-api.ts';
import type { Grants } from './grants-api.ts';
import { callerOf, credentialScope } from './identity.ts';
import { jsonTarget } from './json-protocol.ts';
import { json } from './wire.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** A service whose bodies are streams (S3): it answers HTTP by itself, permissions and errors included. */
export interface HttpService {
  readonly signingName: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface Endpoint extends Stoppable {
  /** Where functions and the AWS CLI find AWS (`AWS_ENDPOINT_URL`); known once started. */
  readonly url: string;
  start(): Promise<void>;
  /** The same services without HTTP, for workers that send their requests as messages. */
  readonly dispatch: Dispatch;
}

const LONGEST_BODY = 16 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= LONGEST_BODY) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const headersOf = (request: IncomingMessage): Record<string, string | undefined> => {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  // Says which service is meant between threads; not a client's to say.
  delete headers['x-local-service'];
  return headers;
};

const send = (response: ServerResponse, answer: WireAnswer): void => {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
};

/**
 * The AWS HTTP endpoint on 127.0.0.1. The service is found by the request's target or signing name, the caller by its
 * access key. `GET` and `DELETE /_local/meter` read and reset the counts of what AWS would bill; `GET /_local/health`.
 * `/_local/grants`: see `answerGrants`.
 */
export const createEndpoint = (options: {
  readonly port: number;
  readonly services: readonly AwsService[];
  readonly httpServices?: readonly HttpService[];
  readonly iam: Iam;
  /** Without it, nothing is told about permissions. */
  readonly grants?: Grants;
  readonly log: Log;
  readonly meter: Meter;
  /** Called before the meter is read or reset: brings in what other threads have counted. */
  readonly settleMeter?: () => void;
}): Endpoint => {
  const { iam, meter } = options;
  const services = new Map(options.services.map((service) => [service.signingName, service]));
  const httpServices = new Map((options.httpServices ?? []).map((service) => [service.signingName, service]));
  let url = '';
  const dispatch = createDispatch(
    (name) => services.get(name),
    (error) =>
      options.log.write({
        source: 'cloud',
        level: 'error',
        message: `AWS endpoint: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      }),
  );

  const own = (method: string, path: string): WireAnswer | undefined => {
    if (path === '/_local/health') return json(200, { status: 'ok' });
    if (path !== '/_local/meter') return undefined;
    options.settleMeter?.();
    if (method === 'GET') return json(200, meter.read());
    if (method !== 'DELETE') return json(405, { message: 'GET reads the meter, DELETE resets it' });
    meter.reset();
    return json(200, {});
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const local = own(method, path);
    if (local !== undefined) return send(response, local);
    if (options.grants !== undefined && path.startsWith(GRANTS_PATH)) {
      const body = await readBody(request);
      return send(response, answerGrants(options.grants, method, new URL(path, url), body));
    }
    const headers = headersOf(request);
    const scope = credentialScope(headers['authorization'], path);
    if (jsonTarget(headers['x-amz-target']) === undefined) {
      const service = httpServices.get(scope?.service ?? 's3');
      if (service !== undefined) return await service.handle(request, response);
    }
    const wire: WireRequest = { method, url: path, headers, body: await readBody(request) };
    send(response, await dispatch(wire, () => callerOf(iam, scope)));
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      options.log.write({ source: 'cloud', level: 'error', message: `AWS endpoint: ${String(error)}` });
      response.destroy();
    });
  });

  return {
    dispatch,
    get url() {
      return url;
    },
    async start() {
      url = await listen(server, { port: options.port, what: 'The AWS endpoint', option: '--aws-port' });
    },
    async stop() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
