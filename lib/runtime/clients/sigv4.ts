import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Whoever signs again and again with the same credentials gives the same object: the derived keys are kept by it. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface ToSign {
  readonly service: string;
  readonly region: string;
  readonly host: string;
  /** Encoded as it goes over the wire. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: Date;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => hash('sha256', text, 'hex');

interface DayKey {
  readonly day: string;
  readonly key: KeyObject;
}

/**
 * A derived key holds for a day and a service, so it is made once a day; given as bytes it would be imported anew by
 * every request. The keys go with their credentials: those of tenants' sessions come and go.
 */
const cached = new WeakMap<SigningCredentials, Map<string, DayKey>>();

const signingKey = (credentials: SigningCredentials, day: string, region: string, service: string): KeyObject => {
  const scope = `${region}/${service}`;
  const keys = cached.get(credentials) ?? new Map<string, DayKey>();
  const known = keys.get(scope);
  if (known?.day === day) return known.key;
  const secret = `AWS4${credentials.secretAccessKey}`;
  const key = createSecretKey([region, service, 'aws4_request'].reduce(hmac, hmac(secret, day)));
  cached.set(credentials, keys.set(scope, { day, key }));
  return key;
};

/** Every service but S3 signs the path encoded once more. */
const canonicalPath = (path: string): string =>
  path === '/' ? path : path.split('/').map(encodeURIComponent).join('/');

/**
 * The headers of a POST without a query, signed with Signature Version 4 as AWS documents it ("Create a signed AWS API
 * request").
 */
export const signedHeaders = (credentials: SigningCredentials, request: ToSign): Record<string, string> => {
  const stamp = request.at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const headers: Record<string, string> = { ...request.headers, host: request.host, 'x-amz-date': stamp };
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  const sorted = Object.keys(headers).sort();
  const names = sorted.join(';');
  const canonicalHeaders = sorted.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = `POST\n${canonicalPath(request.path)}\n\n${canonicalHeaders}\n${names}\n${sha256(request.body)}`;
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const key = signingKey(credentials, day, request.region, request.service);
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`)
    .digest('hex');
  headers['content-length'] = String(Buffer.byteLength(request.body));
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
};
