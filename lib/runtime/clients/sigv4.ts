import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface ToSign {
  readonly service: string;
  readonly region: string;
  readonly host: string;
  readonly target: string;
  readonly contentType: string;
  readonly body: string;
  readonly at: Date;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** The derived key holds for a day, so it is made once a day; given as bytes it would be imported anew by every request. */
let cached: { readonly scope: string; readonly secret: string; readonly key: KeyObject } | undefined;

const signingKey = (secret: string, day: string, region: string, service: string): KeyObject => {
  const scope = `${day}/${region}/${service}`;
  if (cached?.scope === scope && cached.secret === secret) return cached.key;
  const key = createSecretKey([region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day)));
  cached = { scope, secret, key };
  return key;
};

/**
 * The headers of a POST to `/` in an AWS JSON protocol, signed with Signature Version 4 as AWS documents it ("Create a
 * signed AWS API request").
 */
export const signedHeaders = (credentials: SigningCredentials, request: ToSign): Record<string, string> => {
  const stamp = request.at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const headers: Record<string, string> = {
    'content-type': request.contentType,
    host: request.host,
    'x-amz-date': stamp,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
    'x-amz-target': request.target,
  };
  const names = Object.keys(headers).join(';');
  const canonicalHeaders = Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const canonical = `POST\n/\n\n${canonicalHeaders}\n${names}\n${sha256(request.body)}`;
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const key = signingKey(credentials.secretAccessKey, day, request.region, request.service);
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`)
    .digest('hex');
  return {
    ...headers,
    'content-length': String(Buffer.byteLength(request.body)),
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
};
