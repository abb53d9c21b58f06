import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isError } from '../../lib/runtime/errors.ts';
import type { BodyCalls, NodeCalls } from './node-calls.ts';
import {
  bucketMissing,
  multipartMissing,
  nodeUnavailable,
  objectMissing,
  type NodeClient,
  type PartSeen,
} from './node-client.ts';
import { withPayloadHash } from './payload-hash.ts';
import { absent } from './s3-buckets.ts';
import { toBase64 } from './signed-requests.ts';
import { sizedBody } from './sized-body.ts';

type Multiparts = Pick<
  NodeClient,
  'beginMultipart' | 'putPart' | 'listParts' | 'completeMultipart' | 'abortMultipart' | 'listMultiparts'
>;

/** Without its bucket or under another key, a multipart upload is missing too. */
const gone = (error: unknown): never => {
  if (isError(error, bucketMissing) || isError(error, objectMissing)) {
    throw multipartMissing(error.message, { cause: error });
  }
  throw error;
};

const unquoted = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

/** What a node leaves out of an answer that S3 always has. */
const incomplete = (what: string): Error =>
  nodeUnavailable(`A node's answer has no ${what}. Check that its endpoint is that of an S3-compatible store.`);

export const s3Multiparts = (call: NodeCalls, send: BodyCalls): Multiparts => ({
  async beginMultipart({ bucket, key, contentType }) {
    const command = new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ContentType: contentType,
      ChecksumAlgorithm: 'SHA256',
    });
    const what = `begin a multipart upload of ${key}`;
    const { UploadId } = await call({ what, run: (s3, limits) => s3.send(command, limits) });
    if (UploadId === undefined) throw incomplete('upload id');
    return UploadId;
  },
  async putPart({ bucket, key, multipart, number, size, sha256, body }) {
    const { ETag } = await send(bucket, sizedBody(body, size), {
      what: `store part ${number} of ${key}`,
      size,
      run: (Body) => (s3, limits) => {
        const command = new UploadPartCommand({
          Bucket: bucket,
          Key: key,
          UploadId: multipart,
          PartNumber: number,
          Body,
          ContentLength: size,
          ChecksumSHA256: toBase64(sha256),
        });
        withPayloadHash(command, sha256);
        return s3.send(command, limits);
      },
    }).catch(gone);
    if (ETag === undefined) throw incomplete('ETag');
    return { etag: unquoted(ETag) };
  },
  async listParts({ bucket, key, multipart, after }) {
    const command = new ListPartsCommand({
      Bucket: bucket,
      Key: key,
      UploadId: multipart,
      ...(after === undefined ? {} : { PartNumberMarker: String(after) }),
    });
    const what = `list the parts of ${key}`;
    const page = await call({ what, run: (s3, limits) => s3.send(command, limits) }).catch(gone);
    const parts: readonly PartSeen[] = (page.Parts ?? []).flatMap(({ PartNumber, Size, ETag, ChecksumSHA256 }) =>
      PartNumber === undefined
        ? []
        : [
            {
              number: PartNumber,
              size: Size ?? 0,
              etag: unquoted(ETag),
              sha256:
                ChecksumSHA256 === undefined || ChecksumSHA256 === ''
                  ? null
                  : Buffer.from(ChecksumSHA256, 'base64').toString('hex'),
            },
          ],
    );
    return { parts, next: page.IsTruncated === true ? (parts.at(-1)?.number ?? null) : null };
  },
  async completeMultipart({ bucket, key, multipart, parts }) {
    const command = new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      UploadId: multipart,
      MultipartUpload: {
        Parts: parts.map(({ number, etag, sha256 }) => ({
          PartNumber: number,
          ETag: `"${unquoted(etag)}"`,
          ChecksumSHA256: toBase64(sha256),
        })),
      },
    });
    const what = `complete the multipart upload of ${key}`;
    await call({ what, run: (s3, limits) => s3.send(command, limits) }).catch(gone);
  },
  async abortMultipart({ bucket, key, multipart }) {
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: multipart });
    const what = `abort the multipart upload of ${key}`;
    await call({ what, run: (s3, limits) => s3.send(command, limits) }).catch((error: unknown) =>
      isError(error, multipartMissing) ? undefined : absent(error),
    );
  },
  async listMultiparts(bucket) {
    const found: { readonly key: string; readonly multipart: string }[] = [];
    let from: { readonly KeyMarker: string; readonly UploadIdMarker: string } | undefined;
    do {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({ Bucket: bucket, ...from });
      const what = `list the multipart uploads of ${bucket}`;
      const page = await call({ what, run: (s3, limits) => s3.send(command, limits) }).catch(absent);
      for (const { Key, UploadId } of page?.Uploads ?? []) {
        if (Key !== undefined && UploadId !== undefined) found.push({ key: Key, multipart: UploadId });
      }
      from =
        page?.IsTruncated === true
          ? { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' }
          : undefined;
    } while (from !== undefined);
    return found;
  },
});
