import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../contracts.ts';
import { asAwsError, requestId } from '../endpoint/wire.ts';
import { corsHeaders, type CorsRule } from './cors.ts';
import { errorDocument, s3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** One request that is being answered. */
export interface Exchange<Operation extends string = string> {
  readonly request: S3Request<Operation>;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  send(status: number, headers: Readonly<Record<string, string>>, body?: string): void;
}

export const XML = { 'content-type': 'application/xml' };
export const document = (content: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
export const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** As much of an unwanted body is read, so that its sender gets to read the answer; with more, the connection ends. */
const MOST_UNWANTED = 64 * 1024 ** 2;

const readRest = async (incoming: IncomingMessage): Promise<boolean> => {
  if (incoming.complete) return true;
  if (Number(incoming.headers['content-length'] ?? Number.NaN) > MOST_UNWANTED) return false;
  incoming.resume();
  await new Promise((resolve) => {
    incoming.once('end', resolve);
    incoming.once('close', resolve);
  });
  return incoming.complete;
};

const preflight = (request: S3Request<string>, rules: readonly CorsRule[]): Readonly<Record<string, string>> => {
  const requestHeaders = (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const method = request.headers['access-control-request-method'] ?? '';
  const { origin } = request.headers;
  const allowed = origin === undefined ? undefined : corsHeaders(rules, { origin, method, requestHeaders });
  if (allowed === undefined) throw s3Error('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
  return allowed;
};

/** Answers HTTP as S3 does, over the operations of one store: CORS, request ids, errors as documents. */
export const s3Handler = <Operation extends string>(store: {
  readonly log: Log;
  read(incoming: IncomingMessage): S3Request<Operation | 'Preflight'>;
  corsOf(bucket: string): readonly CorsRule[];
  answer(exchange: Exchange<Operation>): Promise<void>;
}): ((incoming: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const isCall = (request: S3Request<Operation | 'Preflight'>): request is S3Request<Operation> =>
    request.operation !== 'Preflight';
  const answer = async (incoming: IncomingMessage, response: ServerResponse, id: string): Promise<void> => {
    const request = store.read(incoming);
    const send: Exchange['send'] = (status, headers, body = '') => {
      response.writeHead(
        status,
        status === 204 || status === 304 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      );
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    response.setHeader('x-amz-request-id', id);
    const rules = store.corsOf(request.bucket);
    if (!isCall(request)) return send(200, preflight(request, rules));
    const { origin } = request.headers;
    const cors =
      origin === undefined ? undefined : corsHeaders(rules, { origin, method: request.method, requestHeaders: [] });
    for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value);
    await store.answer({ request, incoming, response, send });
  };

  return async (incoming, response) => {
    const id = requestId().replaceAll('-', '').slice(0, 16).toUpperCase();
    try {
      await answer(incoming, response, id);
    } catch (thrown) {
      // Nobody waits for an answer when the caller has gone in the middle of its body.
      if (response.headersSent || (incoming.destroyed && !incoming.complete)) return void response.destroy();
      const error = asAwsError(thrown);
      if (error.status === 500) store.log.write({ source: 'cloud', level: 'error', message: `S3: ${error.message}` });
      const { status, xml } = errorDocument(error, (incoming.url ?? '/').split('?')[0] ?? '/', id);
      const rest = (await readRest(incoming)) ? {} : { connection: 'close' };
      response.writeHead(status, { ...XML, ...rest, 'content-length': Buffer.byteLength(xml) });
      response.end(incoming.method === 'HEAD' ? undefined : xml);
    }
  };
};
