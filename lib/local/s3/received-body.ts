import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { notImplemented } from '../aws-error.ts';
import { decodeAwsChunks } from './aws-chunks.ts';
import { s3Error } from './s3-error.ts';

/** A request's body as a file on disk, with its checksums. */
export interface ReceivedBody {
  /** The file's path; the receiver moves or removes it. */
  readonly file: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** Base64. */
  readonly sha256: string;
}

/** S3's largest object of one put. */
const LARGEST = 5 * 1024 ** 3;

interface Sums {
  readonly md5: string;
  readonly md5Base64: string;
  readonly sha256: string;
  readonly sha256Hex: string;
  readonly crc32: string;
  readonly size: number;
}

const crcText = (crc: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc >>> 0);
  return bytes.toString('base64');
};

const badDigest = (name: string): Error =>
  s3Error('BadDigest', `The ${name} you specified did not match the calculated checksum.`, 400);

type Expected = Readonly<Record<string, string | undefined>>;

/** Compares with every checksum that headers or trailers name. */
const verify = (expected: Expected, sums: Sums): void => {
  for (const [name, value] of Object.entries(expected)) {
    if (value === undefined) continue;
    if (name === 'x-amz-checksum-sha256') {
      if (value !== sums.sha256) throw badDigest('SHA256');
    } else if (name === 'x-amz-checksum-crc32') {
      if (value !== sums.crc32) throw badDigest('CRC32');
    } else if (name === 'content-md5') {
      if (value !== sums.md5Base64) throw badDigest('Content-MD5');
    } else if (/^x-amz-checksum-(?!algorithm|mode|type)/.test(name)) throw notImplemented(`the checksum ${name} of S3`);
  }
  const payloadHash = expected['x-amz-content-sha256'];
  if (payloadHash !== undefined && /^[0-9a-f]{64}$/.test(payloadHash) && payloadHash !== sums.sha256Hex) {
    throw s3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      400,
    );
  }
};

/**
 * Receives a body into a new file of `directory`, synced to disk. A body that is not what its checksums or its length
 * say leaves nothing behind.
 */
export const receiveBody = async (
  request: IncomingMessage,
  directory: string,
  headers: Expected,
): Promise<ReceivedBody> => {
  const declared = headers['x-amz-decoded-content-length'] ?? headers['content-length'];
  if (declared === undefined)
    throw s3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  if (Number(declared) > LARGEST)
    throw s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400);
  const file = join(directory, `incoming-${randomUUID()}`);
  const handle = await open(file, 'wx');
  try {
    const md5 = createHash('md5');
    const sha256 = createHash('sha256');
    const trailers: Record<string, string> = {};
    let crc = 0;
    let size = 0;
    const chunked =
      (headers['content-encoding'] ?? '').includes('aws-chunked') ||
      (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
    const parts: AsyncIterable<unknown> = chunked ? decodeAwsChunks(request, trailers) : request;
    for await (const part of parts) {
      if (!Buffer.isBuffer(part)) continue;
      md5.update(part);
      sha256.update(part);
      crc = crc32(part, crc);
      size += part.length;
      await handle.write(part);
    }
    if (size !== Number(declared))
      throw s3Error(
        'IncompleteBody',
        'You did not provide the number of bytes specified by the Content-Length HTTP header',
        400,
      );
    const md5Digest = md5.digest();
    const shaDigest = sha256.digest();
    const sums = {
      md5: md5Digest.toString('hex'),
      md5Base64: md5Digest.toString('base64'),
      sha256: shaDigest.toString('base64'),
      sha256Hex: shaDigest.toString('hex'),
      crc32: crcText(crc),
      size,
    };
    verify({ ...headers, ...trailers }, sums);
    await handle.sync();
    return { file, size, md5: sums.md5, sha256: sums.sha256 };
  } catch (error) {
    await unlink(file);
    throw error;
  } finally {
    await handle.close();
  }
};
