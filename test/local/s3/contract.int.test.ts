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
