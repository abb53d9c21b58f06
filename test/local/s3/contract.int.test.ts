import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll } from 'vitest';
import { s3Contract } from './contract.ts';
import { s3Cloud } from './cloud.ts';
import type { S3Cloud } from './cloud.ts';

let cloud: S3Cloud | undefined;
afterAll(async () => await cloud?.stop());

s3Contract('the local S3', async () => {
  cloud = await s3Cloud();
  return { client: cloud.client(), bucket: await cloud.bucket('System') };
});

/** An independent server, where there is one: its URL, with the keys `local` and `local-secret`. */
const oracle = process.env['S3_ORACLE_URL'];
if (oracle !== undefined) {
  s3Contract('the oracle', async () => {
    const client = new S3Client({
      endpoint: oracle,
      region: 'us-east-1',
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local-secret' },
    });
    const bucket = `contract-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return { client, bucket };
  });
}
