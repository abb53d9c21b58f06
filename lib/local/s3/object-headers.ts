import type { StoredObject } from './object-store.ts';
import { s3Error } from './s3-error.ts';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];

/** The headers of a put that belong to the object. `aws-chunked` is how the body came, not what it is. */
export const keptHeaders = (
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && (KEPT.includes(name) || name.startsWith('x-amz-meta-'))) kept[name] = value;
  }
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(', ');
  return encoding === '' ? kept : { ...kept, 'content-encoding': encoding };
};

/** What a reader gets, with the overrides of its query (`response-content-type` and so on). */
export const readHeaders = (
  object: StoredObject,
  query: URLSearchParams,
  withChecksum: boolean,
): Record<string, string> => {
  const headers: Record<string, string> = {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-version-id': object.version,
    ...(withChecksum
      ? {
          'x-amz-checksum-sha256': object.sha256,
          // `<base64>-<count>` is the checksum of the parts' checksums.
          'x-amz-checksum-type': object.sha256.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT',
        }
      : {}),
  };
  for (const [name, value] of query) if (name.startsWith('response-')) headers[name.slice('response-'.length)] = value;
  return headers;
};

const matchesTag = (header: string, object: StoredObject): boolean =>
  header.split(',').some((tag) => ['*', object.etag].includes(tag.trim().replaceAll('"', '')));

/** Conditions of a read. Answers true when the reader has it already (304). Throws PreconditionFailed. */
export const isUnchanged = (object: StoredObject, headers: Readonly<Record<string, string | undefined>>): boolean => {
  const match = headers['if-match'];
  if (match !== undefined && !matchesTag(match, object)) throw preconditionFailed();
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return matchesTag(noneMatch, object);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && Math.floor(object.modifiedAt / 1000) * 1000 <= since;
};

/** Conditions of a write: the object must not exist, or must be the one that was seen. */
export const acceptWrite = (
  existing: StoredObject | undefined,
  headers: Readonly<Record<string, string | undefined>>,
): void => {
  if (headers['if-none-match'] === '*' && existing !== undefined) throw preconditionFailed();
  const match = headers['if-match'];
  if (match === undefined) return;
  if (existing === undefined) throw s3Error('NoSuchKey', 'The specified key does not exist.', 404);
  if (!matchesTag(match, existing)) throw preconditionFailed();
};

const preconditionFailed = (): Error =>
  s3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
