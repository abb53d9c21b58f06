import { escapeXml } from '../endpoint/xml.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { invalidArgument } from './s3-error.ts';

/** `ListObjectsV2` as it is asked for. */
export interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly startAfter: string;
  readonly continuationToken: string | undefined;
  readonly encodeUrls: boolean;
  readonly fetchOwner: boolean;
}

const MOST_KEYS = 1000;

export const listRequest = (query: URLSearchParams): ListRequest => {
  const maxKeys = Number(query.get('max-keys') ?? MOST_KEYS);
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    throw invalidArgument('max-keys must be an integer between 0 and 2147483647');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Math.min(maxKeys, MOST_KEYS),
    startAfter: query.get('start-after') ?? '',
    continuationToken: query.get('continuation-token') ?? undefined,
    encodeUrls: query.get('encoding-type') === 'url',
    fetchOwner: query.get('fetch-owner') === 'true',
  };
};

type Entry = { readonly object: StoredObject } | { readonly commonPrefix: string };

/** After every key that begins with this prefix. */
const pastPrefix = (prefix: string): string => `${prefix}\u{10ffff}`;

/** One page: objects, or the common prefixes up to the delimiter, each of which counts once. */
const collect = (
  store: ObjectStore,
  bucket: string,
  request: ListRequest,
): { readonly entries: readonly Entry[]; readonly next: string | undefined } => {
  const entries: Entry[] = [];
  let after =
    request.continuationToken === undefined
      ? request.startAfter
      : Buffer.from(request.continuationToken, 'base64url').toString('utf8');
  for (;;) {
    const wanted = request.maxKeys - entries.length + 1;
    const found = store.list(bucket, request.prefix, after, wanted);
    let jumped = false;
    for (const object of found) {
      if (entries.length === request.maxKeys) return { entries, next: after };
      const cut = request.delimiter === '' ? -1 : object.key.indexOf(request.delimiter, request.prefix.length);
      if (cut >= 0) {
        const commonPrefix = object.key.slice(0, cut + request.delimiter.length);
        entries.push({ commonPrefix });
        after = pastPrefix(commonPrefix);
        jumped = true;
        break;
      }
      entries.push({ object });
      after = object.key;
    }
    if (!jumped && found.length < wanted) return { entries, next: undefined };
  }
};

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

export const listDocument = (store: ObjectStore, bucket: string, request: ListRequest, owner: string): string => {
  const { entries, next } = request.maxKeys === 0 ? { entries: [], next: undefined } : collect(store, bucket, request);
  const text = (value: string): string =>
    escapeXml(request.encodeUrls ? encodeURIComponent(value).replaceAll('%2F', '/') : value);
  const contents = entries.map((entry) =>
    'object' in entry
      ? `<Contents><Key>${text(entry.object.key)}</Key><LastModified>${time(entry.object.modifiedAt)}</LastModified>` +
        `<ETag>&quot;${entry.object.etag}&quot;</ETag><Size>${entry.object.size}</Size><StorageClass>STANDARD</StorageClass>` +
        `${request.fetchOwner ? `<Owner><ID>${owner}</ID></Owner>` : ''}</Contents>`
      : `<CommonPrefixes><Prefix>${text(entry.commonPrefix)}</Prefix></CommonPrefixes>`,
  );
  const token =
    next === undefined
      ? ''
      : `<NextContinuationToken>${Buffer.from(next).toString('base64url')}</NextContinuationToken>`;
  const given =
    request.continuationToken === undefined
      ? ''
      : `<ContinuationToken>${escapeXml(request.continuationToken)}</ContinuationToken>`;
  return (
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${text(request.prefix)}</Prefix>` +
    `${request.delimiter === '' ? '' : `<Delimiter>${text(request.delimiter)}</Delimiter>`}${given}${token}` +
    `<KeyCount>${entries.length}</KeyCount><MaxKeys>${request.maxKeys}</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>` +
    `${request.encodeUrls ? '<EncodingType>url</EncodingType>' : ''}${contents.join('')}</ListBucketResult>`
  );
};
