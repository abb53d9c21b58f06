import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws-error.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Account, Iam, Log, Meter, Principal, Provisioner, State } from '../contracts.ts';
import type { HttpService } from '../endpoint/endpoint.ts';
import { asAwsError, requestId } from '../endpoint/wire.ts';
import { escapeXml, unescapeXml } from '../endpoint/xml.ts';
import { createBuckets } from './buckets.ts';
import type { Bucket } from './buckets.ts';
import { verifyCaller } from './caller.ts';
import { corsHeaders } from './cors.ts';
import { listDocument, listRequest } from './listing.ts';
import { acceptWrite, isUnchanged, keptHeaders, readHeaders } from './object-headers.ts';
import { createObjectStore } from './object-store.ts';
import type { StoredObject } from './object-store.ts';
import { byteRange } from './ranges.ts';
import { receiveBody } from './received-body.ts';
import { accessDenied, errorDocument, noSuchBucket, noSuchKey, s3Error } from './s3-error.ts';
import { readRequest } from './s3-request.ts';
import type { S3Operation, S3Request } from './s3-request.ts';

/** One answered request. */
interface Exchange {
  readonly request: S3Request;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** Context keys for IAM. */
  readonly context: Readonly<Record<string, string>>;
  send(status: number, headers: Readonly<Record<string, string>>, body?: string): void;
}

const XML = { 'content-type': 'application/xml' };
const document = (content: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
const MOST_DELETIONS = 1000;

/**
 * S3 as the product uses it: whole objects put, read (with ranges), listed and deleted, with signatures, presigned URLs
 * and checksums held to as AWS does. Bytes are files, synced before a put is acknowledged.
 */
export const createS3 = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly stateDir: string;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock?: Clock;
}): { readonly service: HttpService; readonly provisioners: readonly Provisioner[] } => {
  const { account, iam, meter } = options;
  const clock = options.clock ?? systemClock;
  const store = createObjectStore(options.state, join(options.stateDir, 's3'));
  const buckets = createBuckets({ account, iam, now: () => clock.now() });

  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw noSuchBucket();
    return bucket;
  };
  const authorize = (
    exchange: Exchange,
    action: string,
    resource: string,
    more: Readonly<Record<string, string>> = {},
  ): void =>
    iam.authorize({
      principal: exchange.principal,
      action: `s3:${action}`,
      resource,
      context: { ...exchange.context, ...more },
    });
  const objectArn = (request: S3Request, key = request.key): string => `${bucketOf(request.bucket).arn}/${key}`;

  /** Without the right to list, a caller does not learn that an object is missing. */
  const existing = (exchange: Exchange): StoredObject => {
    const { request } = exchange;
    const object = store.get(request.bucket, request.key);
    if (object !== undefined) return object;
    try {
      iam.authorize({
        principal: exchange.principal,
        action: 's3:ListBucket',
        resource: bucketOf(request.bucket).arn,
        context: exchange.context,
        optional: true,
      });
    } catch (error) {
      throw error instanceof AwsError && error.code === 'AccessDeniedException' ? accessDenied() : error;
    }
    throw noSuchKey();
  };

  const sendObject = async (exchange: Exchange, withBody: boolean): Promise<void> => {
    const { request, response } = exchange;
    authorize(exchange, 'GetObject', objectArn(request));
    const object = existing(exchange);
    const headers = readHeaders(
      object,
      request.query,
      request.headers['x-amz-checksum-mode'] === 'ENABLED' && request.headers['range'] === undefined,
    );
    if (isUnchanged(object, request.headers)) return exchange.send(304, headers);
    const range = byteRange(request.headers['range'], object.size);
    const length = range === undefined ? object.size : range.end - range.start + 1;
    if (range !== undefined) headers['content-range'] = `bytes ${range.start}-${range.end}/${object.size}`;
    // The file is open before the head is sent, so a replacement meanwhile takes nothing from this reader.
    const handle = withBody ? await open(object.file) : undefined;
    response.writeHead(range === undefined ? 200 : 206, { ...headers, 'content-length': length });
    if (handle === undefined) return void response.end();
    if (length === 0) {
      await handle.close();
      return void response.end();
    }
    await pipeline(
      createReadStream('', { fd: handle, start: range?.start ?? 0, end: range?.end ?? object.size - 1 }),
      response,
    );
  };

  const putObject = async (exchange: Exchange): Promise<void> => {
    const { request } = exchange;
    authorize(exchange, 'PutObject', objectArn(request));
    if (Buffer.byteLength(request.key) > 1024) throw s3Error('KeyTooLongError', 'Your key is too long', 400);
    const { headers } = request;
    const body = await receiveBody(exchange.incoming, store.incoming, headers);
    const object = await store.put(
      request.bucket,
      request.key,
      body,
      { headers: keptHeaders(headers), modifiedAt: clock.now() },
      (known) => acceptWrite(known, headers),
    );
    const checksum = headers['x-amz-checksum-sha256'] === undefined ? {} : { 'x-amz-checksum-sha256': object.sha256 };
    exchange.send(200, { etag: `"${object.etag}"`, 'x-amz-version-id': object.version, ...checksum });
  };

  const deleteObjects = async (exchange: Exchange): Promise<void> => {
    const { request } = exchange;
    const body = await receiveBody(exchange.incoming, store.incoming, request.headers);
    const handle = await open(body.file);
    const xml = await handle.readFile('utf8').finally(async () => await handle.close());
    await unlink(body.file);
    const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => unescapeXml(match[1] ?? ''));
    if (keys.length === 0 || keys.length > MOST_DELETIONS)
      throw s3Error(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
        400,
      );
    const quiet = /<Quiet>\s*true\s*<\/Quiet>/.test(xml);
    const results: string[] = [];
    for (const key of keys) {
      try {
        authorize(exchange, 'DeleteObject', objectArn(request, key));
        await store.remove(request.bucket, key);
        if (!quiet) results.push(`<Deleted><Key>${escapeXml(key)}</Key></Deleted>`);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        results.push(
          `<Error><Key>${escapeXml(key)}</Key><Code>AccessDenied</Code><Message>${escapeXml(error.message)}</Message></Error>`,
        );
      }
    }
    exchange.send(
      200,
      XML,
      document(`<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${results.join('')}</DeleteResult>`),
    );
  };

  const operations: Readonly<Record<Exclude<S3Operation, 'Preflight'>, (exchange: Exchange) => Promise<void>>> = {
    async ListBuckets(exchange) {
      authorize(exchange, 'ListAllMyBuckets', '*');
      const items = buckets
        .list()
        .map(
          (bucket) =>
            `<Bucket><Name>${bucket.name}</Name><CreationDate>${new Date(bucket.createdAt).toISOString()}</CreationDate></Bucket>`,
        );
      exchange.send(
        200,
        XML,
        document(
          `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>${account.accountId}</ID></Owner><Buckets>${items.join('')}</Buckets></ListAllMyBucketsResult>`,
        ),
      );
    },
    async ListObjectsV2(exchange) {
      const { request } = exchange;
      const list = listRequest(request.query);
      authorize(exchange, 'ListBucket', bucketOf(request.bucket).arn, {
        's3:prefix': list.prefix,
        's3:delimiter': list.delimiter,
        's3:max-keys': String(list.maxKeys),
      });
      exchange.send(200, XML, document(listDocument(store, request.bucket, list, account.accountId)));
    },
    async HeadBucket(exchange) {
      authorize(exchange, 'ListBucket', bucketOf(exchange.request.bucket).arn);
      exchange.send(200, { 'x-amz-bucket-region': account.region });
    },
    async GetBucketLocation(exchange) {
      authorize(exchange, 'GetBucketLocation', bucketOf(exchange.request.bucket).arn);
      exchange.send(
        200,
        XML,
        document(
          `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${account.region}</LocationConstraint>`,
        ),
      );
    },
    GetObject: (exchange) => sendObject(exchange, true),
    HeadObject: (exchange) => sendObject(exchange, false),
    PutObject: putObject,
    async DeleteObject(exchange) {
      authorize(exchange, 'DeleteObject', objectArn(exchange.request));
      await store.remove(exchange.request.bucket, exchange.request.key);
      exchange.send(204, {});
    },
    DeleteObjects: deleteObjects,
  };

  const preflight = (request: S3Request): Readonly<Record<string, string>> => {
    const requestHeaders = (request.headers['access-control-request-headers'] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const method = request.headers['access-control-request-method'] ?? '';
    const origin = request.headers['origin'];
    const rules = buckets.get(request.bucket)?.cors ?? [];
    const allowed = origin === undefined ? undefined : corsHeaders(rules, { origin, method, requestHeaders });
    if (allowed === undefined) throw s3Error('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
    return allowed;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse, id: string): Promise<void> => {
    const request = readRequest(incoming);
    const send: Exchange['send'] = (status, headers, body = '') => {
      response.writeHead(
        status,
        status === 204 || status === 304 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      );
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    response.setHeader('x-amz-request-id', id);
    if (request.operation === 'Preflight') return send(200, preflight(request));
    const { origin } = request.headers;
    const cors =
      origin === undefined
        ? undefined
        : corsHeaders(buckets.get(request.bucket)?.cors ?? [], { origin, method: request.method, requestHeaders: [] });
    for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value);
    const { principal, signature } = verifyCaller(iam, request, clock.now());
    const context = {
      's3:authtype': signature.expiresSeconds === undefined ? 'REST-HEADER' : 'REST-QUERY-STRING',
      's3:signatureversion': 'AWS4-HMAC-SHA256',
    };
    meter.count(`s3.${request.operation}`);
    await operations[request.operation]({ request, incoming, response, principal, context, send });
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = requestId().replaceAll('-', '').slice(0, 16).toUpperCase();
    try {
      await answer(incoming, response, id);
    } catch (thrown) {
      if (response.headersSent) return void response.destroy();
      const error = asAwsError(thrown);
      if (error.status === 500) options.log.write({ source: 'cloud', level: 'error', message: `S3: ${error.message}` });
      const { status, xml } = errorDocument(error, (incoming.url ?? '/').split('?')[0] ?? '/', id);
      // An error before the body was read ends the connection: its rest is not wanted.
      const rest = incoming.complete ? {} : { connection: 'close' };
      response.writeHead(status, { ...XML, ...rest, 'content-length': Buffer.byteLength(xml) });
      response.end(incoming.method === 'HEAD' ? undefined : xml);
    }
  };

  return { provisioners: buckets.provisioners, service: { signingName: 's3', handle } };
};
