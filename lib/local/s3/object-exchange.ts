import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws-error.ts';
import { escapeXml, unescapeXml } from '../endpoint/xml.ts';
import { document, NAMESPACE, XML, type Exchange } from './exchange.ts';
import { isUnchanged, readHeaders } from './object-headers.ts';
import type { StoredObject } from './object-store.ts';
import { byteRange } from './ranges.ts';
import { receiveBody } from './received-body.ts';
import { s3Error } from './s3-error.ts';

const MOST_DELETIONS = 1000;
/** A quarter of the default's reads of a large object, and no buffer that is larger than a small one. */
const LARGEST_CHUNK = 256 * 1024;

/** Answers GET and HEAD of an object: whole, a range of it, or that the caller has it already. */
export const sendObject = async (
  { request, response, send }: Exchange,
  object: StoredObject,
  withBody: boolean,
): Promise<void> => {
  const headers = readHeaders(
    object,
    request.query,
    request.headers['x-amz-checksum-mode'] === 'ENABLED' && request.headers['range'] === undefined,
  );
  if (isUnchanged(object, request.headers)) return send(304, headers);
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
    createReadStream('', {
      fd: handle,
      start: range?.start ?? 0,
      end: range?.end ?? object.size - 1,
      highWaterMark: Math.min(length, LARGEST_CHUNK),
    }),
    response,
  );
};

/** The text of a request that is a document. */
export const receiveText = async ({ request, incoming }: Exchange, directory: string): Promise<string> => {
  const body = await receiveBody(incoming, directory, request.headers);
  const handle = await open(body.file);
  const text = await handle.readFile('utf8').finally(async () => await handle.close());
  await unlink(body.file);
  return text;
};

export const malformedXml = (): Error =>
  s3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );

/** Answers DeleteObjects; `remove` may refuse a key. */
export const deleteObjects = async (
  exchange: Exchange,
  directory: string,
  remove: (key: string) => Promise<unknown>,
): Promise<void> => {
  const xml = await receiveText(exchange, directory);
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => unescapeXml(match[1] ?? ''));
  if (keys.length === 0 || keys.length > MOST_DELETIONS) throw malformedXml();
  const quiet = /<Quiet>\s*true\s*<\/Quiet>/.test(xml);
  const results: string[] = [];
  for (const key of keys) {
    try {
      await remove(key);
      if (!quiet) results.push(`<Deleted><Key>${escapeXml(key)}</Key></Deleted>`);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      results.push(
        `<Error><Key>${escapeXml(key)}</Key><Code>AccessDenied</Code><Message>${escapeXml(error.message)}</Message></Error>`,
      );
    }
  }
  exchange.send(200, XML, document(`<DeleteResult ${NAMESPACE}>${results.join('')}</DeleteResult>`));
};

/** Answers ListBuckets. */
export const sendBuckets = (
  exchange: Exchange,
  owner: string,
  buckets: readonly { readonly name: string; readonly createdAt: number }[],
): void => {
  const items = buckets.map(
    ({ name, createdAt }) =>
      `<Bucket><Name>${name}</Name><CreationDate>${new Date(createdAt).toISOString()}</CreationDate></Bucket>`,
  );
  const list = `<Owner><ID>${owner}</ID></Owner><Buckets>${items.join('')}</Buckets>`;
  exchange.send(200, XML, document(`<ListAllMyBucketsResult ${NAMESPACE}>${list}</ListAllMyBucketsResult>`));
};
