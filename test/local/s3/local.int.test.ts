import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, expect, test } from 'vitest';
import type { Principal } from '../../../lib/local/contracts.ts';
import { s3Cloud } from './cloud.ts';
import type { S3Cloud } from './cloud.ts';

const open: S3Cloud[] = [];
const start = async (stateDir?: string): Promise<S3Cloud> => {
  const cloud = await s3Cloud(stateDir);
  open.push(cloud);
  return cloud;
};
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.stop();
});

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};
const roleWith = async (cloud: S3Cloud, logicalId: string, statements: readonly object[]): Promise<Principal> => {
  const name = await cloud.provision('AWS::IAM::Role', logicalId, {
    AssumeRolePolicyDocument: trust,
    ...(statements.length === 0
      ? {}
      : { Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } }] }),
  });
  return { kind: 'role', arn: `arn:aws:iam::111111111111:role/${name}` };
};

test('a bucket is named after its stack and logical id, in lower case, and is in the list', async () => {
  const cloud = await start();
  expect(await cloud.bucket('System')).toBe('shop-system');
  const { Buckets } = await cloud.client().send(new ListBucketsCommand({}));
  expect(Buckets?.map((bucket) => bucket.Name)).toEqual(['shop-system']);
});

test('a role does what it is allowed to, and learns what is missing only if it may list', async () => {
  const cloud = await start();
  const Bucket = await cloud.bucket('System');
  const resource = `arn:aws:s3:::${Bucket}`;
  const reads = { Effect: 'Allow', Action: 's3:GetObject', Resource: `${resource}/imports/*` };
  const reader = cloud.client(await roleWith(cloud, 'Reader', [reads]));
  const lister = cloud.client(
    await roleWith(cloud, 'Lister', [reads, { Effect: 'Allow', Action: 's3:ListBucket', Resource: resource }]),
  );
  const root = cloud.client();
  await root.send(new PutObjectCommand({ Bucket, Key: 'imports/1', Body: 'x' }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'exports/1', Body: 'x' }));
  const get = (client: S3Client, Key: string) => client.send(new GetObjectCommand({ Bucket, Key }));
  await expect(get(reader, 'imports/1')).resolves.toBeDefined();
  await expect(get(reader, 'exports/1')).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(`s3:GetObject on resource: ${resource}/exports/1`),
  });
  await expect(get(reader, 'imports/2')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(get(lister, 'imports/2')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(reader.send(new PutObjectCommand({ Bucket, Key: 'imports/1', Body: 'y' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('a URL presigned by a role does what the role may, and nothing without its session', async () => {
  const cloud = await start();
  const Bucket = await cloud.bucket('System');
  const resource = `arn:aws:s3:::${Bucket}/imports/*`;
  const client = cloud.client(
    await roleWith(cloud, 'Signer', [{ Effect: 'Allow', Action: 's3:PutObject', Resource: resource }]),
  );
  const presign = (Key: string) => getSignedUrl(client, new PutObjectCommand({ Bucket, Key }));
  const put = async (url: string) => (await fetch(url, { method: 'PUT', body: 'x' })).status;
  const url = await presign('imports/1');
  expect(await put(url)).toBe(200);
  expect(await put(url.replace(/X-Amz-Security-Token=[^&]+/, 'X-Amz-Security-Token=other'))).toBe(400);
  expect(await put(await presign('exports/1'))).toBe(403);
});

test("a bucket policy's deny wins", async () => {
  const cloud = await start();
  const Bucket = await cloud.bucket('System');
  const client = cloud.client(await roleWith(cloud, 'All', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]));
  await client.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }));
  const statement = {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${Bucket}/*`,
  };
  await cloud.provision('AWS::S3::BucketPolicy', 'Policy', {
    Bucket,
    PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
  });
  await expect(client.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'y' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('a wrong secret and an unknown key are refused as AWS does', async () => {
  const cloud = await start();
  await cloud.bucket('System');
  const ask = (accessKeyId: string, secretAccessKey: string) =>
    new S3Client({
      endpoint: cloud.url,
      region: 'eu-central-1',
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: 1,
    }).send(new ListBucketsCommand({}));
  await expect(ask('local', 'wrong')).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  await expect(ask('AKIANOBODY', 'x')).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
});

test('objects survive a restart, and what was never acknowledged is swept away', async () => {
  const first = await start();
  const Bucket = await first.bucket('System');
  await first.client().send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'abc' }));
  await first.stop();
  open.length = 0;
  const directory = join(first.stateDir, 's3', Bucket);
  const [folder = ''] = readdirSync(directory);
  writeFileSync(join(directory, folder, 'f'.repeat(32)), 'half an upload');
  const again = await start(first.stateDir);
  await again.bucket('System');
  const answer = await again.client().send(new GetObjectCommand({ Bucket, Key: 'kept' }));
  expect(await answer.Body?.transformToString()).toBe('abc');
  expect(readdirSync(join(directory, folder))).toHaveLength(1);
});

test('a browser of an allowed origin may, and another may not', async () => {
  const cloud = await start();
  const Bucket = await cloud.bucket('System', {
    CorsConfiguration: {
      CorsRules: [
        {
          AllowedMethods: ['PUT'],
          AllowedOrigins: ['https://*.shop.example'],
          AllowedHeaders: ['content-type', 'x-amz-*'],
          MaxAge: 60,
        },
      ],
    },
  });
  const preflight = (origin: string, headers: string) =>
    fetch(`${cloud.url}/${Bucket}/x`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': headers },
    });
  const allowed = await preflight('https://a.shop.example', 'content-type, x-amz-checksum-sha256');
  expect([
    allowed.status,
    allowed.headers.get('access-control-allow-origin'),
    allowed.headers.get('access-control-max-age'),
  ]).toEqual([200, 'https://a.shop.example', '60']);
  expect((await preflight('https://a.shop.example', 'x-other')).status).toBe(403);
  expect((await preflight('https://elsewhere.example', 'content-type')).status).toBe(403);
});

test.each([
  ['GET', '?versions', 'versions'],
  ['POST', '/key?uploads', 'uploads'],
  ['PUT', '?versioning', 'versioning'],
])('%s %s is not implemented, and says so', async (method, path, name) => {
  const cloud = await start();
  const Bucket = await cloud.bucket('System');
  const answer = await fetch(`${cloud.url}/${Bucket}${path}`, { method });
  expect([answer.status, await answer.text()]).toEqual([
    501,
    expect.stringMatching(new RegExp(`<Code>NotImplemented</Code>.*${name}`, 's')),
  ]);
});
