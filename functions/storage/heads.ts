import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3ServiceException,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Limits } from './call-limits.ts';
import type { ObjectKey } from './node-client.ts';

/**
 * An answer to HEAD has no body, so a refusal does not tell why: 404 is also what some stores say of an access key that they
 * do not know any more, 400 that the node is in another region. Nothing may be taken for lost because of that, so a refusal
 * is asked again in words.
 */
const inWords = async <Result>(head: Promise<Result>, ask: () => Promise<unknown>): Promise<Result> => {
  try {
    return await head;
  } catch (error) {
    const status = (error instanceof S3ServiceException && error.$metadata.httpStatusCode) || 0;
    if (status >= 400 && status < 500) await ask();
    throw error;
  }
};

export const headBucket = (s3: S3Client, limits: Limits, bucket: string): Promise<unknown> =>
  inWords(s3.send(new HeadBucketCommand({ Bucket: bucket }), limits), () =>
    s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), limits),
  );

export const headObject = (
  s3: S3Client,
  limits: Limits,
  { bucket, key }: ObjectKey,
): Promise<HeadObjectCommandOutput> =>
  inWords(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }), limits), async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' }), limits);
    // It has come meanwhile; who asked is told that it was not there.
    await Body?.transformToByteArray();
  });
