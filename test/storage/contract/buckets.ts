import { expect } from 'vitest';
import type { Contract } from '../node-contract.ts';
import { codeOf, textObject, textOf } from './read.ts';

export const bucketCases = ({ test, subject, newBucket }: Contract): void => {
  test('a bucket is made, and again is fine', async () => {
    const client = subject().open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    await client.ensureBucket(bucket);
    await Promise.all([client.ensureBucket(bucket), client.ensureBucket(bucket)]);
    expect(await client.listBuckets()).toContain(bucket);
  });

  test('a bucket is made once when several ask at once', async () => {
    const client = subject().open();
    const bucket = newBucket();
    await Promise.all(Array.from({ length: 5 }, () => client.ensureBucket(bucket)));
    expect((await client.listBuckets()).filter((name) => name === bucket)).toEqual([bucket]);
  });

  test('an empty bucket goes, and one that is not there too', async () => {
    const client = subject().open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    await client.removeBucket(bucket);
    await client.removeBucket(bucket);
    expect(await client.listBuckets()).not.toContain(bucket);
  });

  test('a bucket with an object in it stays', async () => {
    const client = subject().open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    await client.put(textObject(bucket, 'a/1', 'hello'));
    expect(await codeOf(client.removeBucket(bucket))).toBe('bucket_not_empty');
    expect(await textOf(client, { bucket, key: 'a/1' })).toBe('hello');
  });

  test('the buckets of several tenants are apart', async () => {
    const client = subject().open();
    const [one, two] = [newBucket(), newBucket()];
    await Promise.all([client.ensureBucket(one), client.ensureBucket(two)]);
    await client.put(textObject(one, 'same/1', 'of one'));
    await client.put(textObject(two, 'same/1', 'of two'));
    await client.remove({ bucket: one, key: 'same/1' });
    expect(await client.head({ bucket: one, key: 'same/1' })).toBeUndefined();
    expect(await textOf(client, { bucket: two, key: 'same/1' })).toBe('of two');
    expect((await client.listObjects({ bucket: two, limit: 10 })).objects.map(({ key }) => key)).toEqual(['same/1']);
  });

  test('a bucket that is not there takes nothing, and has nothing', async () => {
    const client = subject().open();
    const bucket = newBucket();
    const object = { bucket, key: 'a/1' };
    expect(await codeOf(client.put(textObject(bucket, 'a/1', 'hello')))).toBe('bucket_missing');
    expect(await codeOf(client.beginMultipart({ ...object, contentType: 'text/plain' }))).toBe('bucket_missing');
    expect(await codeOf(client.read(object))).toBe('object_missing');
    expect(await client.head(object)).toBeUndefined();
    expect(await client.remove(object)).toBeUndefined();
    expect(await client.listObjects({ bucket, limit: 10 })).toEqual({ objects: [], next: null });
    expect(await client.listMultiparts(bucket)).toEqual([]);
  });
};
