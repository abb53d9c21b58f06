import { S3Client } from '@aws-sdk/client-s3';
import { clientOptions } from './options.ts';

/** `WHEN_REQUIRED`: otherwise a presigned PUT carries the CRC32 of an empty body. Path style when there is one host. */
export const s3Client = (): S3Client => {
  const options = clientOptions(30_000);
  return new S3Client({
    ...options,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    forcePathStyle: 'endpoint' in options,
  });
};
