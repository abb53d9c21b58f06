import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, describe, expect } from 'vitest';
import { contractCases, refusal, type Case, type Differences } from '../contract-cases.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

type Open = () => Promise<{ client: S3Client; bucket: string }>;

/**
 * What the product relies on of S3; it runs on the local cloud and, where there is one, on an independent server,
 * whose known differences are listed with their reasons.
 */
export const s3Contract = (name: string, open: Open, differences: Differences = {}): void => {
  describe(name, () => {
    contractCases(differences, (test) => declare(test, open));
  });
};

const declare = (test: Case, open: Open): void => {
  let client: S3Client;
  let Bucket: string;
  beforeAll(async () => {
    const opened = await open();
    client = opened.client;
    Bucket = opened.bucket;
  });
  const put = (Key: string, Body: string, more: object = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const read = async (Key: string, more: object = {}) => {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { answer, text: await answer.Body?.transformToString() };
  };

  /** As the product presigns: length, type and hash are headers under the signature. */
  const presignPut = (Key: string, body: string, expiresIn = 60) =>
    getSignedUrl(
      client,
      new PutObjectCommand({
        Bucket,
        Key,
        ContentLength: Buffer.byteLength(body),
        ContentType: 'text/csv',
        ChecksumSHA256: sha256(body),
      }),
      {
        expiresIn,
        signableHeaders: new Set(['host', 'content-length', 'content-type']),
        unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
      },
    );
  const upload = (url: string, body: string, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'text/csv', 'x-amz-checksum-sha256': sha256(body), ...headers },
    });

  test('an object comes back with its bytes, type, hash and metadata', async () => {
    await put('a/b c/ä.txt', 'hällo', {
      ContentType: 'text/plain',
      Metadata: { origin: 'test' },
      CacheControl: 'no-store',
    });
    const { answer, text } = await read('a/b c/ä.txt');
    expect(text).toBe('hällo');
    expect(answer).toMatchObject({
      ContentType: 'text/plain',
      ContentLength: 6,
      CacheControl: 'no-store',
      Metadata: { origin: 'test' },
      ETag: `"${createHash('md5').update('hällo').digest('hex')}"`,
    });
  });

  test('a new put replaces the object', async () => {
    await put('replaced', 'one');
    await put('replaced', 'two');
    expect((await read('replaced')).text).toBe('two');
  });

  test('an empty object is an object', async () => {
    await put('empty', '');
    expect((await read('empty')).text).toBe('');
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).toMatchObject({ ContentLength: 0 });
  });

  for (const [Range, expected, ContentRange] of [
    ['bytes=1-3', 'bcd', 'bytes 1-3/6'],
    ['bytes=4-', 'ef', 'bytes 4-5/6'],
    ['bytes=-2', 'ef', 'bytes 4-5/6'],
    ['bytes=2-99', 'cdef', 'bytes 2-5/6'],
  ]) {
    test(`the range ${Range} is ${expected}`, async () => {
      await put('range', 'abcdef');
      const { answer, text } = await read('range', { Range });
      expect([text, answer.ContentRange]).toEqual([expected, ContentRange]);
    });
  }

  test('a range beyond the end is refused', async () => {
    await put('range', 'abcdef');
    expect(await refusal(read('range', { Range: 'bytes=9-' }))).toBe('InvalidRange');
  });

  test('what is not there is NoSuchKey, NotFound for a head, and no error for a delete', async () => {
    expect(await refusal(read('nothing'))).toBe('NoSuchKey');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'nothing' })))).toBe('NotFound');
    await expect(client.send(new DeleteObjectCommand({ Bucket, Key: 'nothing' }))).resolves.toBeDefined();
  });

  test('a bucket that is not there is NoSuchBucket', async () => {
    expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'no-such-bucket-here', Key: 'x' })))).toBe(
      'NoSuchBucket',
    );
    await expect(client.send(new HeadBucketCommand({ Bucket }))).resolves.toBeDefined();
  });

  test('a put with a wrong hash is refused, and leaves nothing', async () => {
    expect(await refusal(put('wrong', 'abc', { ChecksumSHA256: sha256('xyz') }))).toMatch(
      /BadDigest|XAmzContentChecksumMismatch|InvalidDigest/,
    );
    expect(await refusal(read('wrong'))).toBe('NoSuchKey');
  });

  test('a stored hash is answered when asked for', async () => {
    await put('hashed', 'abc', { ChecksumSHA256: sha256('abc') });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'hashed', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(sha256('abc'));
  });

  test('a list goes by prefix and delimiter, in order, in pages', async () => {
    for (const key of ['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/d/1', 'list0']) await put(key, 'x');
    const ask = (more: object) => client.send(new ListObjectsV2Command({ Bucket, ...more }));
    const seen = (answer: Awaited<ReturnType<typeof ask>>) => [
      ...(answer.Contents ?? []).map((entry) => entry.Key),
      ...(answer.CommonPrefixes ?? []).map((entry) => entry.Prefix),
    ];
    expect(seen(await ask({ Prefix: 'list/' }))).toEqual(['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/d/1']);
    expect(seen(await ask({ Prefix: 'list/', Delimiter: '/' }))).toEqual(['list/a', 'list/c', 'list/b/', 'list/d/']);
    expect(seen(await ask({ Prefix: 'list/', StartAfter: 'list/b/1' }))).toEqual(['list/b/2', 'list/c', 'list/d/1']);
    const pages: (string | undefined)[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const answer = await ask({
        Prefix: 'list/',
        Delimiter: '/',
        MaxKeys: 2,
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      pages.push(seen(answer));
      ContinuationToken = answer.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(pages).toEqual([
      ['list/a', 'list/b/'],
      ['list/c', 'list/d/'],
    ]);
  });

  test('several objects are deleted at once', async () => {
    for (const key of ['many/1', 'many/2', 'many/<3>']) await put(key, 'x');
    const Objects = ['many/1', 'many/<3>', 'many/nothing'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted?.map((entry) => entry.Key).sort(), Errors]).toEqual([
      ['many/1', 'many/<3>', 'many/nothing'],
      undefined,
    ]);
    const left = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'many/' }));
    expect(left.Contents?.map((entry) => entry.Key)).toEqual(['many/2']);
  });

  test('a presigned put takes exactly the bytes that were signed', async () => {
    const url = await presignPut('signed/put', 'sku,price');
    expect((await upload(url, 'sku,price')).status).toBe(200);
    expect((await read('signed/put')).text).toBe('sku,price');
  });

  test('a presigned put refuses other bytes of the same length, and stores nothing', async () => {
    const url = await presignPut('signed/other', 'sku,price');
    expect((await upload(url, 'SKU,PRICE')).status).toBe(403);
    expect((await upload(url, 'SKU,PRICE', { 'x-amz-checksum-sha256': sha256('sku,price') })).status).toBe(400);
    expect(await refusal(read('signed/other'))).toBe('NoSuchKey');
  });

  test('a presigned put refuses another length, another type and another key', async () => {
    const url = await presignPut('signed/strict', 'sku,price');
    expect((await upload(url, 'sku,price,', { 'x-amz-checksum-sha256': sha256('sku,price') })).status).toBe(403);
    expect((await upload(url, 'sku,price', { 'content-type': 'text/html' })).status).toBe(403);
    expect((await upload(url.replace('signed/strict', 'signed/elsewhere'), 'sku,price')).status).toBe(403);
  });

  test('a presigned get reads, and only that object', async () => {
    await put('signed/get', 'abc');
    const url = await getSignedUrl(
      client,
      new GetObjectCommand({ Bucket, Key: 'signed/get', ResponseContentDisposition: 'attachment; filename="x.txt"' }),
      { expiresIn: 60 },
    );
    const answer = await fetch(url);
    expect([answer.status, await answer.text(), answer.headers.get('content-disposition')]).toEqual([
      200,
      'abc',
      'attachment; filename="x.txt"',
    ]);
    expect((await fetch(url.replace('signed/get', 'replaced'))).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  });

  test('a presigned URL ends', async () => {
    await put('signed/ends', 'abc');
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'signed/ends' }), {
      expiresIn: 60,
      signingDate: new Date('2020-01-01T00:00:00Z'),
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  test('a request without a signature is refused', async () => {
    const url = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'signed/get' })));
    url.search = '';
    expect((await fetch(url)).status).toBe(403);
  });

  test('conditions of a read are held to', async () => {
    await put('conditional', 'abc');
    const etag = `"${createHash('md5').update('abc').digest('hex')}"`;
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'conditional' }));
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { headers: { 'if-match': '"other"' } })).status).toBe(412);
  });
};
