import { expect } from 'vitest';
import type { Contract } from '../node-contract.ts';
import { bytesOf, sha256 } from '../node-subject.ts';
import { textObject, textOf } from './read.ts';

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

export const presignedCases = ({ test, subject, newBucket }: Contract): void => {
  const open = async () => {
    const client = subject().open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    const sign = (key: string, text: string) => {
      const { body: _body, ...object } = textObject(bucket, key, text);
      return client.signPut({ ...object, seconds: 60 });
    };
    return { client, bucket, sign };
  };
  const refused = (status: number) => status >= 400 && status < 500;

  test('a signed put takes exactly the bytes that were announced', async () => {
    const { client, bucket, sign } = await open();
    const request = await sign('put/1', 'sku,price');
    expect((await subject().send(request, bytesOf('sku,price'))).status).toBe(200);
    expect(await textOf(client, { bucket, key: 'put/1' })).toBe('sku,price');
  });

  test('a signed put takes no bytes when none were announced', async () => {
    const { client, bucket, sign } = await open();
    const request = await sign('none/1', '');
    expect((await subject().send(request, bytesOf(''))).status).toBe(200);
    expect(await client.head({ bucket, key: 'none/1' })).toMatchObject({ size: 0 });
  });

  test('a signed put refuses other bytes of the same length, and stores nothing', async () => {
    const { client, bucket, sign } = await open();
    const request = await sign('other/1', 'sku,price');
    const body = bytesOf('SKU,PRICE');
    expect(refused((await subject().send(request, body)).status)).toBe(true);
    const base64 = Buffer.from(sha256(body), 'hex').toString('base64');
    const headers = { ...request.headers, 'x-amz-checksum-sha256': base64 };
    expect(refused((await subject().send(request, body, headers)).status)).toBe(true);
    expect(await client.head({ bucket, key: 'other/1' })).toBeUndefined();
  });

  test('a signed put refuses another length, type and key', async () => {
    const { client, bucket, sign } = await open();
    const request = await sign('strict/1', 'sku,price');
    const body = bytesOf('sku,price');
    expect(refused((await subject().send(request, bytesOf('sku,price,'))).status)).toBe(true);
    expect(refused((await subject().send(request, bytesOf('sku'))).status)).toBe(true);
    const html = { ...request.headers, 'content-type': 'text/html' };
    expect(refused((await subject().send(request, body, html)).status)).toBe(true);
    const elsewhere = { ...request, url: request.url.replace(/strict(\/|%2F)1/, 'elsewhere$11') };
    expect(elsewhere.url).not.toBe(request.url);
    expect(refused((await subject().send(elsewhere, body)).status)).toBe(true);
    expect((await client.listObjects({ bucket, limit: 10 })).objects).toEqual([]);
  });

  test('a signed put ends', async () => {
    const { client, bucket } = await open();
    const { body, ...object } = textObject(bucket, 'late/1', 'abc');
    const request = await subject()
      .open({ now: () => LONG_AGO })
      .signPut({ ...object, seconds: 60 });
    expect(refused((await subject().send(request, body)).status)).toBe(true);
    expect(await client.head(object)).toBeUndefined();
  });

  test('a signed put may be sent again', async () => {
    const { client, bucket, sign } = await open();
    const request = await sign('again/1', 'abc');
    for (const _ of [1, 2]) expect((await subject().send(request, bytesOf('abc'))).status).toBe(200);
    expect(await textOf(client, { bucket, key: 'again/1' })).toBe('abc');
  });

  for (const [what, disposition] of [
    ['a plain name', 'attachment; filename="price list.csv"'],
    ['quotes and semicolons', 'attachment; filename="a \\"b\\"; c.csv"'],
    ['letters beyond ASCII', 'attachment; filename="_.csv"; filename*=UTF-8\'\'%C3%A4%20%F0%9F%9B%92%20%27x%27.csv'],
  ] as const) {
    test(`a signed get gives the type and the disposition that were signed: ${what}`, async () => {
      const { client, bucket } = await open();
      await client.put(textObject(bucket, 'get/1', 'a,b'));
      const contentType = 'application/octet-stream';
      const url = await client.signGet({ bucket, key: 'get/1', seconds: 60, contentType, disposition });
      const answer = await subject().fetch(url);
      expect(Buffer.from(answer.bytes).toString()).toBe('a,b');
      expect([answer.status, answer.header('content-type'), answer.header('content-disposition')]).toEqual([
        200,
        contentType,
        disposition,
      ]);
    });
  }

  test('a signed get reads ranges', async () => {
    const { client, bucket } = await open();
    await client.put(textObject(bucket, 'get/1', 'abcdef'));
    const more = { seconds: 60, contentType: 'text/plain', disposition: 'inline' };
    const url = await client.signGet({ bucket, key: 'get/1', ...more });
    const answer = await subject().fetch(url, { range: 'bytes=1-3' });
    expect([answer.status, Buffer.from(answer.bytes).toString()]).toEqual([206, 'bcd']);
  });

  test('a signed get reads that object only, and ends', async () => {
    const { client, bucket } = await open();
    await client.put(textObject(bucket, 'get/1', 'abc'));
    await client.put(textObject(bucket, 'got/1', 'abc'));
    const more = { seconds: 60, contentType: 'text/plain', disposition: 'inline' };
    const url = await client.signGet({ bucket, key: 'get/1', ...more });
    expect((await subject().fetch(url)).status).toBe(200);
    expect(refused((await subject().fetch(url.replace(/get(\/|%2F)1/, 'got$11'))).status)).toBe(true);
    const late = await subject()
      .open({ now: () => LONG_AGO })
      .signGet({ bucket, key: 'get/1', ...more });
    expect(refused((await subject().fetch(late)).status)).toBe(true);
  });
};
