import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { headObject } from './heads.ts';
import type { Limits } from './call-limits.ts';
import type { BodyCalls, NodeCalls } from './node-calls.ts';
import type { NodeClient } from './node-client.ts';
import type { FailingNode } from './node-failure.ts';
import { withPayloadHash } from './payload-hash.ts';
import { readObject } from './read-object.ts';
import { absent } from './s3-buckets.ts';
import { toBase64 } from './signed-requests.ts';
import { sizedBody } from './sized-body.ts';

/** Of a whole object only: the checksum of a multipart upload is one of its parts' checksums. */
const wholeSha256 = (checksum: string | undefined, type: string | undefined): string | null =>
  checksum === undefined || checksum === '' || checksum.includes('-') || type === 'COMPOSITE'
    ? null
    : Buffer.from(checksum, 'base64').toString('hex');

export const s3Objects = (
  node: FailingNode,
  call: NodeCalls,
  send: BodyCalls,
): Pick<NodeClient, 'put' | 'read' | 'head' | 'remove' | 'listObjects'> => ({
  async put({ bucket, key, size, sha256, contentType, body }) {
    await send(bucket, sizedBody(body, size), {
      what: `store ${key}`,
      size,
      run: (Body) => (s3, limits) => {
        const command = new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body,
          ContentLength: size,
          ContentType: contentType,
          ChecksumSHA256: toBase64(sha256),
        });
        withPayloadHash(command, sha256);
        return s3.send(command, limits);
      },
    });
  },
  read: (object) => readObject(node, call, object),
  async head({ bucket, key }) {
    const what = `look at ${key}`;
    const run = (s3: S3Client, limits: Limits) => headObject(s3, limits, { bucket, key });
    const found = await call({ what, run }).catch(absent);
    if (found === undefined) return undefined;
    return { size: found.ContentLength ?? 0, sha256: wholeSha256(found.ChecksumSHA256, found.ChecksumType) };
  },
  async remove({ bucket, key }) {
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
    await call({ what: `delete ${key}`, run: (s3, limits) => s3.send(command, limits) }).catch(absent);
  },
  async listObjects({ bucket, after, limit }) {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      MaxKeys: limit,
      ...(after === undefined ? {} : { StartAfter: after }),
    });
    const what = `list the objects of ${bucket}`;
    const page = await call({ what, run: (s3, limits) => s3.send(command, limits) }).catch(absent);
    const objects = (page?.Contents ?? []).flatMap(({ Key, Size, LastModified }) =>
      Key === undefined ? [] : [{ key: Key, size: Size ?? 0, modifiedAt: LastModified ?? new Date(0) }],
    );
    return { objects, next: page?.IsTruncated === true ? (objects.at(-1)?.key ?? null) : null };
  },
});
