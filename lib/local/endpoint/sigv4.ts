import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as its signature covers it: the path and query exactly as sent. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The parts of a SigV4 signature, from the Authorization header or from a presigned URL. */
export interface Signature {
  readonly accessKeyId: string;
  /** `date/region/service/aws4_request` */
  readonly scope: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** ISO 8601 basic: `20260102T030405Z`. */
  readonly date: string;
  readonly payloadHash: string;
  readonly sessionToken: string | undefined;
  /** For presigned URLs: how long they live. */
  readonly expiresSeconds: number | undefined;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/;

const queryPairs = (url: string): readonly (readonly [string, string])[] => {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? ([pair, ''] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
    });
};

const fromHeader = (request: SignedRequest): Signature | undefined => {
  const match = AUTHORIZATION.exec(request.headers['authorization'] ?? '');
  if (match === null) return undefined;
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match;
  return {
    accessKeyId,
    scope,
    service: scope.split('/')[2] ?? '',
    signedHeaders: signedHeaders.split(';'),
    signature,
    date: request.headers['x-amz-date'] ?? '',
    payloadHash: request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
    sessionToken: request.headers['x-amz-security-token'],
    expiresSeconds: undefined,
  };
};

const fromQuery = (request: SignedRequest): Signature | undefined => {
  const query = new Map(
    queryPairs(request.url).map(([name, value]) => [name.toLowerCase(), decodeURIComponent(value)]),
  );
  const credential = query.get('x-amz-credential');
  const signature = query.get('x-amz-signature');
  if (credential === undefined || signature === undefined) return undefined;
  const slash = credential.indexOf('/');
  const scope = credential.slice(slash + 1);
  return {
    accessKeyId: credential.slice(0, slash),
    scope,
    service: scope.split('/')[2] ?? '',
    signedHeaders: (query.get('x-amz-signedheaders') ?? '').split(';'),
    signature,
    date: query.get('x-amz-date') ?? '',
    payloadHash: query.get('x-amz-content-sha256') ?? request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
    sessionToken: query.get('x-amz-security-token'),
    expiresSeconds: Number(query.get('x-amz-expires') ?? Number.NaN),
  };
};

/** Undefined for an anonymous request. */
export const signatureOf = (request: SignedRequest): Signature | undefined => fromHeader(request) ?? fromQuery(request);

/** RFC 3986: what `encodeURIComponent` leaves, SigV4 encodes. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (url: string): string =>
  queryPairs(url)
    .filter(([name]) => name.toLowerCase() !== 'x-amz-signature')
    .map(
      ([name, value]) =>
        [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.replaceAll('+', '%20')))] as const,
    )
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The signature that a holder of the secret would have made for this request. S3 encodes the path once only. */
export const expectedSignature = (request: SignedRequest, signature: Signature, secretAccessKey: string): string => {
  const path = request.url.split('?')[0] ?? '/';
  const headers = signature.signedHeaders
    .map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`)
    .join('');
  const canonical = [
    request.method,
    path
      .split('/')
      .map((segment) => encode(decodeURIComponent(segment)))
      .join('/'),
    canonicalQuery(request.url),
    headers,
    signature.signedHeaders.join(';'),
    signature.payloadHash,
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const [day = '', region = '', service = ''] = signature.scope.split('/');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), service), 'aws4_request');
  return hmac(key, `AWS4-HMAC-SHA256\n${signature.date}\n${signature.scope}\n${digest}`).toString('hex');
};

export const isSignedBy = (request: SignedRequest, signature: Signature, secretAccessKey: string): boolean => {
  const expected = Buffer.from(expectedSignature(request, signature, secretAccessKey));
  const given = Buffer.from(signature.signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
};

/** Milliseconds since 1970 of a SigV4 date, NaN when it is none. */
export const signatureTime = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
