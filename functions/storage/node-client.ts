import { defineError } from '../../lib/runtime/errors.ts';
import type { StorageNode } from './node.ts';

/** Where an object is on a node. */
export interface ObjectKey {
  readonly bucket: string;
  readonly key: string;
}
export interface MultipartKey extends ObjectKey {
  /** The node's own id of the multipart upload. */
  readonly multipart: string;
}
/** What a client must send, header for header, or the signature does not hold. */
export interface SignedRequest {
  readonly method: 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface PartSeen {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  /** Lower-case hex; null where the node does not tell. */
  readonly sha256: string | null;
}
export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** The node did not answer, or with 5xx. */
export const nodeUnavailable = defineError('node_unavailable', 503, 'A storage node does not answer');
/** The node knows the credentials not (any more). */
export const nodeRefused = defineError('node_refused', 503, 'A storage node refuses the credentials');
export const nodeFull = defineError('node_full', 503, 'A storage node has no space left');
/** What was sent is not what was announced. */
export const checksumRefused = defineError('checksum_refused', 422, 'The bytes are not those that were announced');
export const objectMissing = defineError('object_missing', 404, 'The node has no such object');
export const multipartMissing = defineError('multipart_missing', 404, 'The node has no such multipart upload');
export const bucketMissing = defineError('bucket_missing', 404, 'The node has no such bucket');
export const bucketNotEmpty = defineError('bucket_not_empty', 409, 'The bucket still has objects');

/**
 * One node, as S3-compatible stores commonly are. sha256 is lower-case hex, sizes are bytes, `seconds` is how long a URL
 * lives. Nothing relies on conditional writes of a node: the directory decides. Throws the errors above.
 */
export interface NodeClient {
  /** Again is fine. */
  ensureBucket(bucket: string): Promise<void>;
  /** Of an empty bucket; absent is fine. @throws bucket_not_empty */
  removeBucket(bucket: string): Promise<void>;
  listBuckets(): Promise<readonly string[]>;

  signPut(
    object: ObjectKey & {
      readonly size: number;
      readonly sha256: string;
      readonly contentType: string;
      readonly seconds: number;
    },
  ): Promise<SignedRequest>;
  signPart(
    part: MultipartKey & {
      readonly number: number;
      readonly size: number;
      readonly sha256: string;
      readonly seconds: number;
    },
  ): Promise<SignedRequest>;
  /** Content type and disposition are what the reader gets, whatever is stored. */
  signGet(
    object: ObjectKey & { readonly seconds: number; readonly contentType: string; readonly disposition: string },
  ): Promise<string>;

  /** @throws bucket_missing, checksum_refused, node_full */
  put(
    object: ObjectKey & {
      readonly size: number;
      readonly sha256: string;
      readonly contentType: string;
      readonly body: Bytes;
    },
  ): Promise<void>;
  /** @throws object_missing; checksum_refused when the object ends before the range begins; the range is inclusive */
  read(
    object: ObjectKey & { readonly range?: { readonly start: number; readonly end: number } },
  ): Promise<AsyncIterable<Uint8Array>>;
  head(object: ObjectKey): Promise<{ readonly size: number; readonly sha256: string | null } | undefined>;
  /** Absent is fine. */
  remove(object: ObjectKey): Promise<void>;

  /** @throws bucket_missing */
  beginMultipart(object: ObjectKey & { readonly contentType: string }): Promise<string>;
  /** @throws multipart_missing, checksum_refused, node_full */
  putPart(
    part: MultipartKey & {
      readonly number: number;
      readonly size: number;
      readonly sha256: string;
      readonly body: Bytes;
    },
  ): Promise<{ readonly etag: string }>;
  /** In order of their numbers. @throws multipart_missing */
  listParts(
    multipart: MultipartKey & { readonly after?: number },
  ): Promise<{ readonly parts: readonly PartSeen[]; readonly next: number | null }>;
  /**
   * The parts in order of their numbers, each once. @throws multipart_missing; also when it was completed before, though
   * some nodes then say that it is done. @throws checksum_refused when a part is not there or is another
   */
  completeMultipart(
    multipart: MultipartKey & {
      readonly parts: readonly { readonly number: number; readonly etag: string; readonly sha256: string }[];
    },
  ): Promise<void>;
  /** Absent is fine. */
  abortMultipart(multipart: MultipartKey): Promise<void>;

  /** In order of the keys' bytes; none of a bucket that is not there. */
  listObjects(list: { readonly bucket: string; readonly after?: string; readonly limit: number }): Promise<{
    readonly objects: readonly { readonly key: string; readonly size: number; readonly modifiedAt: Date }[];
    readonly next: string | null;
  }>;
  /** All that were begun and neither completed nor aborted. */
  listMultiparts(bucket: string): Promise<readonly { readonly key: string; readonly multipart: string }[]>;
  /** The node's own time, of any cheap answer. */
  time(): Promise<Date>;
}

/** Opens a node with its credentials, which are read again when the node refuses them. */
export type OpenNode = (node: Pick<StorageNode, 'id' | 'endpoint' | 'region' | 'pathStyle' | 'secret'>) => NodeClient;
