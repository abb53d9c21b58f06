import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
import { secondsAfter } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { ImportId } from './ids.ts';
import type { Uploads } from './import-store.ts';

/** How long a URL may be used to begin an upload. */
const URL_SECONDS = 3600;
const CONTENT_TYPE = 'text/csv';

const keyOf = (tenant: TenantId, id: ImportId): string => `imports/${tenant}/${id}`;

/** Without leave to list the bucket, S3 answers 403 for a key that does not exist. */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && [403, 404].includes(error.$metadata.httpStatusCode ?? 0);

/**
 * Uploaded files in the system's bucket. Length, type and SHA-256 are signed as headers (the SDK would move the
 * checksum into the query, where most servers do not check it), so no other bytes can be uploaded than were announced.
 */
export const s3Uploads = (client: S3Client, bucket: string): Uploads => ({
  grant: async (tenant, job, now) => {
    const checksum = Buffer.from(job.sha256, 'hex').toString('base64');
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: keyOf(tenant, job.id),
      ContentLength: job.size,
      ContentType: CONTENT_TYPE,
      ChecksumSHA256: checksum,
    });
    const url = await getSignedUrl(client, command, {
      expiresIn: URL_SECONDS,
      signableHeaders: new Set(['host', 'content-length', 'content-type']),
      unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
    });
    return {
      method: 'PUT',
      url,
      headers: {
        'content-length': String(job.size),
        'content-type': CONTENT_TYPE,
        'x-amz-checksum-sha256': checksum,
      },
      expiresAt: secondsAfter(now, URL_SECONDS),
    };
  },
  size: async (tenant, id) => {
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(tenant, id) }));
      return head.ContentLength;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  read: async function* (tenant, id, start, end) {
    const range = `bytes=${start}-${end - 1}`;
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(tenant, id), Range: range }));
    if (!(object.Body instanceof Readable)) throw new Error(`The file of ${id} came without a body`);
    for await (const chunk of object.Body) {
      if (!(chunk instanceof Uint8Array)) throw new Error(`The file of ${id} came as something else than bytes`);
      yield chunk;
    }
  },
});
