import { document, XML, type Exchange } from '../s3/exchange.ts';
import { receiveText } from '../s3/object-exchange.ts';
import { keptHeaders } from '../s3/object-headers.ts';
import { checkKey, invalidArgument, s3Error } from '../s3/s3-error.ts';
import {
  begunDocument,
  completedDocument,
  multipartsDocument,
  namedParts,
  partsDocument,
  type NamedPart,
} from './multipart-documents.ts';
import type { Multipart, StoredPart } from './multipart-store.ts';
import type { NodeOperation } from './node-operations.ts';
import type { NodeStore } from './node-store.ts';
import type { TakeBody } from './take-body.ts';

const MOST_PARTS = 10_000;
const PAGE = 1000;
/** Of every part but the last. */
const SMALLEST_PART = 5 * 1024 ** 2;

const pageSize = (text: string | null): number => {
  const limit = Number(text ?? PAGE);
  if (!Number.isInteger(limit) || limit < 1) throw invalidArgument('A page has 1 to 1000 entries');
  return Math.min(limit, PAGE);
};

/** The stored parts that a completion names. Throws S3's refusals. */
const chosenParts = (stored: readonly StoredPart[], named: readonly NamedPart[]): readonly StoredPart[] => {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  return named.map(({ number, etag, sha256 }, index) => {
    if (index > 0 && number <= (named[index - 1]?.number ?? 0)) {
      throw s3Error('InvalidPartOrder', 'The list of parts was not in ascending order.', 400);
    }
    const part = byNumber.get(number);
    if (part === undefined || part.etag !== etag || (sha256 !== undefined && part.sha256 !== sha256)) {
      const message = `Part ${number} could not be found, or is another than was named.`;
      throw s3Error('InvalidPart', message, 400);
    }
    if (part.size < SMALLEST_PART && index < named.length - 1) {
      throw s3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400);
    }
    return part;
  });
};

/** The operations on uploads that come in parts. */
export const multipartOperations = (
  store: NodeStore,
  takeBody: TakeBody,
  now: () => number,
): Readonly<Record<Exclude<NodeOperation, 'CreateBucket' | 'DeleteBucket'>, (exchange: Exchange) => Promise<void>>> => {
  const { buckets, objects, multiparts, capacity } = store;
  const multipartOf = ({ request }: Exchange): Multipart =>
    multiparts.get(request.bucket, request.key, request.query.get('uploadId') ?? '');
  /** Serializes what ends an upload: of two completions one finds it gone. */
  const ending = new Set<string>();

  const complete = async (exchange: Exchange, multipart: Multipart, named: readonly NamedPart[]): Promise<void> => {
    const stored = multiparts.parts(multipart, 0, MOST_PARTS);
    const chosen = chosenParts(stored, named);
    const body = await multiparts.assemble(chosen, objects.incoming);
    let replacedBytes = 0;
    const more = { headers: multipart.headers, modifiedAt: now() };
    const object = await objects.put(multipart.bucket, multipart.key, body, more, (known) => {
      buckets.check(multipart.bucket);
      multiparts.get(multipart.bucket, multipart.key, multipart.id);
      replacedBytes = known?.size ?? 0;
      multiparts.forget(multipart);
    });
    await multiparts.dropFiles(stored);
    capacity.free(stored.reduce((bytes, { size }) => bytes + size, 0) - body.size + replacedBytes);
    exchange.send(200, XML, document(completedDocument(multipart, object.etag, object.sha256)));
  };

  return {
    async CreateMultipartUpload(exchange) {
      const { bucket, key, headers } = exchange.request;
      buckets.check(bucket);
      checkKey(key);
      const multipart = await multiparts.begin({ bucket, key, headers: keptHeaders(headers), begunAt: now() });
      exchange.send(200, XML, document(begunDocument(multipart)));
    },
    async UploadPart(exchange) {
      const multipart = multipartOf(exchange);
      const number = Number(exchange.request.query.get('partNumber'));
      if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
        throw invalidArgument(`Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
      }
      const { told } = await takeBody(exchange, async (body) => {
        const replaced = await multiparts.putPart(multipart, number, body, now());
        return replaced?.size ?? 0;
      });
      exchange.send(200, { etag: `"${told.md5}"`, 'x-amz-checksum-sha256': told.sha256 });
    },
    async ListParts(exchange) {
      const multipart = multipartOf(exchange);
      const { query } = exchange.request;
      const limit = pageSize(query.get('max-parts'));
      const after = Number(query.get('part-number-marker') ?? 0);
      if (!Number.isInteger(after) || after < 0) throw invalidArgument('part-number-marker must be a part number');
      const found = multiparts.parts(multipart, after, limit + 1);
      const page = { after, limit, more: found.length > limit };
      exchange.send(200, XML, document(partsDocument(multipart, found.slice(0, limit), page)));
    },
    async CompleteMultipartUpload(exchange) {
      const multipart = multipartOf(exchange);
      const named = namedParts(await receiveText(exchange, objects.incoming));
      if (ending.has(multipart.id)) {
        throw s3Error(
          'OperationAborted',
          'A conflicting operation is currently in progress against this resource.',
          409,
        );
      }
      ending.add(multipart.id);
      try {
        await complete(exchange, multipart, named);
      } finally {
        ending.delete(multipart.id);
      }
    },
    async AbortMultipartUpload(exchange) {
      const multipart = multipartOf(exchange);
      if (ending.has(multipart.id)) {
        throw s3Error(
          'OperationAborted',
          'A conflicting operation is currently in progress against this resource.',
          409,
        );
      }
      await store.discard(multipart);
      exchange.send(204, {});
    },
    async ListMultipartUploads(exchange) {
      const { bucket, query } = exchange.request;
      buckets.check(bucket);
      const limit = pageSize(query.get('max-uploads'));
      const [afterKey, afterId] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
      const found = multiparts.list(bucket, afterKey, afterId, limit + 1);
      const page = { limit, more: found.length > limit };
      exchange.send(200, XML, document(multipartsDocument(bucket, found.slice(0, limit), page)));
    },
  };
};
