import { GetObjectCommand, PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { NodeClient } from './node-client.ts';

export const toBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

type Sign<Operation extends 'signPut' | 'signPart' | 'signGet'> = (
  s3: S3Client,
  at: Date,
  input: Parameters<NodeClient[Operation]>[0],
) => ReturnType<NodeClient[Operation]>;

/** In the query, where the presigner would move it, most servers do not check the checksum; as a signed header they do. */
const asHeaders = (seconds: number, at: Date, signed: readonly string[]) => ({
  expiresIn: seconds,
  signingDate: at,
  signableHeaders: new Set(['host', ...signed]),
  unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
});

export const signPut: Sign<'signPut'> = async (s3, at, { bucket, key, size, sha256, contentType, seconds }) => {
  const checksum = toBase64(sha256);
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ContentLength: size,
    ContentType: contentType,
    ChecksumSHA256: checksum,
  });
  return {
    method: 'PUT',
    url: await getSignedUrl(s3, command, asHeaders(seconds, at, ['content-length', 'content-type'])),
    headers: { 'content-length': String(size), 'content-type': contentType, 'x-amz-checksum-sha256': checksum },
  };
};

/** The type of a part means nothing, so it is not signed: browsers send one of their own. */
export const signPart: Sign<'signPart'> = async (s3, at, { bucket, key, multipart, number, size, sha256, seconds }) => {
  const checksum = toBase64(sha256);
  const command = new UploadPartCommand({
    Bucket: bucket,
    Key: key,
    UploadId: multipart,
    PartNumber: number,
    ContentLength: size,
    ChecksumSHA256: checksum,
  });
  return {
    method: 'PUT',
    url: await getSignedUrl(s3, command, asHeaders(seconds, at, ['content-length'])),
    headers: { 'content-length': String(size), 'x-amz-checksum-sha256': checksum },
  };
};

export const signGet: Sign<'signGet'> = (s3, at, { bucket, key, seconds, contentType, disposition }) =>
  getSignedUrl(
    s3,
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: disposition,
    }),
    { expiresIn: seconds, signingDate: at },
  );
