import type { IncomingMessage } from 'node:http';
import { notImplemented } from '../aws-error.ts';
import type { SignedRequest } from '../endpoint/sigv4.ts';
import { invalidArgument } from './s3-error.ts';

export type S3Operation =
  | 'ListBuckets'
  | 'ListObjectsV2'
  | 'HeadBucket'
  | 'GetBucketLocation'
  | 'DeleteObjects'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'Preflight';

/** A request to S3, path style. */
export interface S3Request<Operation extends string = S3Operation> extends SignedRequest {
  readonly operation: Operation;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

/** Query parameters that do not change what a request is: signatures, checksums of the SDK, overrides of headers. */
const NEUTRAL = /^(x-id$|x-amz-|response-|versionid$)/i;

const subresource = (query: URLSearchParams, known: readonly string[]): string | undefined =>
  [...query.keys()].find((name) => !NEUTRAL.test(name) && !known.includes(name));

const LIST_PARAMETERS = [
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'start-after',
  'continuation-token',
  'encoding-type',
  'fetch-owner',
];

const ofBucket = (method: string, query: URLSearchParams): S3Operation => {
  if (method === 'GET' && query.has('location')) return 'GetBucketLocation';
  if (method === 'GET' && query.get('list-type') === '2' && subresource(query, LIST_PARAMETERS) === undefined)
    return 'ListObjectsV2';
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  throw notImplemented(`s3: ${method} of a bucket${query.size === 0 ? '' : ` with ${[...query.keys()].join(', ')}`}`);
};

const ofObject = (method: string, query: URLSearchParams, headers: SignedRequest['headers']): S3Operation => {
  const extra = subresource(query, []);
  if (extra !== undefined) throw notImplemented(`s3: ${method} of an object with ${extra}`);
  if (query.has('versionId')) throw notImplemented('s3: versions of an object');
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) throw notImplemented('s3:CopyObject');
  const operations: Readonly<Record<string, S3Operation>> = {
    GET: 'GetObject',
    HEAD: 'HeadObject',
    PUT: 'PutObject',
    DELETE: 'DeleteObject',
  };
  const operation = operations[method];
  if (operation === undefined) throw notImplemented(`s3: ${method} of an object`);
  return operation;
};

const headersOf = (request: IncomingMessage): SignedRequest['headers'] => {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  return headers;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw invalidArgument('The path is not valid percent-encoding');
    throw error;
  }
};

/** What a request is besides the operations that every S3 here has; undefined when it is none of those. */
export type MoreOperations<More extends string> = (
  method: string,
  query: URLSearchParams,
  isObject: boolean,
) => More | undefined;

/** Reads method, path and query. Throws NotImplemented by name for what S3 has and this has not. */
export const readRequest = <More extends string = never>(
  request: IncomingMessage,
  more: MoreOperations<More> = () => undefined,
): S3Request<S3Operation | More> => {
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const [path = '/', search = ''] = url.split('?', 2);
  const query = new URLSearchParams(search);
  const slash = path.indexOf('/', 1);
  const bucket = decode(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decode(path.slice(slash + 1));
  const headers = headersOf(request);
  const base = { method, url, headers, bucket, key, query };
  if (method === 'OPTIONS') return { ...base, operation: 'Preflight' };
  if (bucket === '') {
    if (method === 'GET') return { ...base, operation: 'ListBuckets' };
    throw notImplemented(`s3: ${method} of the service`);
  }
  const operation =
    more(method, query, key !== '') ?? (key === '' ? ofBucket(method, query) : ofObject(method, query, headers));
  return { ...base, operation };
};
