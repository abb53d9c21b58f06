import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Log, Meter } from '../contracts.ts';
import { listen } from '../listen.ts';
import { domainOf } from '../log.ts';
import type { Apis } from './apis.ts';
import { headerOf, type Exchange } from './exchange.ts';
import type { Gateway, GatewayReply } from './gateway.ts';

/** REST APIs take 10 MB, and 10,240 bytes of request line and headers. */
const largestBody = 10 * 1024 * 1024;
const largestHead = 10_240;

/** How long requests under way may still take when the server stops. */
const graceMs = 2000;

const newTrace = (now: number): string =>
  `1-${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`;

const empty = Buffer.alloc(0);

/** So much of a body that is too large is read and thrown away: an answer before its end would be lost with the connection. */
const largestDiscarded = 10 * largestBody;

/** The body of a request; undefined when it is larger than allowed. */
const readBody = (request: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largestBody) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      if (size > largestDiscarded) {
        request.pause();
        resolve(undefined);
      }
    });
    request.on('end', () => {
      if (size > largestBody) resolve(undefined);
      else resolve(chunks.length === 0 ? empty : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });

const headSize = (request: IncomingMessage): number => {
  let size = (request.method?.length ?? 0) + (request.url?.length ?? 0);
  for (const part of request.rawHeaders) size += part.length;
  return size;
};

/** The HTTP server of all REST APIs. */
export const createGatewayServer = (deps: {
  readonly port: number;
  readonly apis: Apis;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}) => {
  const { apis, gateway, clock, log, meter } = deps;
  let stopping = false;

  const exchangeOf = (request: IncomingMessage, body: Buffer): Exchange => {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const method = request.method ?? 'GET';
    const match = apis.router().match(method, path);
    const startedAt = clock.now();
    const sent = headerOf(request.rawHeaders, 'x-amzn-trace-id');
    const root = sent === undefined ? undefined : /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(sent)?.[1];
    const traceId = root ?? newTrace(startedAt);
    return {
      method,
      path,
      query: mark < 0 ? '' : url.slice(mark + 1),
      rawHeaders: request.rawHeaders,
      body,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      httpVersion: request.httpVersion,
      requestId: randomUUID(),
      extendedRequestId: randomBytes(11).toString('base64'),
      traceHeader: sent !== undefined && root !== undefined ? sent : `Root=${traceId}`,
      traceId,
      startedAt,
      api: match?.route.api ?? apis.router().owner(path),
      match,
      authorizer: undefined,
      apiKey: undefined,
    };
  };

  const write = (response: ServerResponse, exchange: Exchange, reply: GatewayReply, close: boolean): void => {
    const { status, body } = reply;
    const head: string[] = [];
    for (const [name, value] of reply.headers) head.push(name, value);
    head.push('x-amzn-RequestId', exchange.requestId, 'x-amz-apigw-id', exchange.extendedRequestId);
    head.push('X-Amzn-Trace-Id', exchange.traceHeader);
    const bodiless = status === 204 || status === 304;
    if (!bodiless) head.push('Content-Length', String(Buffer.byteLength(body)));
    if (close || stopping) head.push('Connection', 'close');
    response.writeHead(status, head);
    response.end(bodiless || exchange.method === 'HEAD' ? undefined : body);
  };

  const say = (exchange: Exchange, status: number): void => {
    log.write({
      source: 'api',
      level: status >= 500 ? 'error' : 'info',
      domain: exchange.api === undefined ? undefined : domainOf(exchange.api.name),
      traceId: exchange.traceId,
      message: `${exchange.method} ${exchange.path} ${status} ${clock.now() - exchange.startedAt} ms`,
    });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    meter.count('apigateway.requests');
    const body = headSize(request) > largestHead ? undefined : await readBody(request);
    const exchange = exchangeOf(request, body ?? empty);
    const reply =
      body === undefined ? gateway.refuse(exchange, { type: 'REQUEST_TOO_LARGE' }) : await gateway.serve(exchange);
    write(response, exchange, reply, body === undefined);
    say(exchange, reply.status);
  };

  const server = createServer(
    { keepAliveTimeout: 65_000, maxHeaderSize: 32_768, noDelay: true },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        if (request.errored === null) {
          log.write({ source: 'api', level: 'error', message: `${request.method} ${request.url}: ${String(error)}` });
        }
        response.destroy();
      });
    },
  );

  return {
    /** Listens on 127.0.0.1; answers the base URL. */
    async start(): Promise<string> {
      // Two APIs that serve the same path are found here, not by the first request.
      apis.router();
      return listen(server, { port: deps.port, what: 'The API', option: '--port' });
    },
    /** Takes no more requests, lets those under way end for a moment, then closes what is left. */
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        stopping = true;
        const cancel = clock.after(graceMs, () => server.closeAllConnections());
        server.close(() => {
          cancel();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};
