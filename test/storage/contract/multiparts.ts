import { expect } from 'vitest';
import type { Contract } from '../node-contract.ts';
import { bytesOf, sha256 } from '../node-subject.ts';
import { chunksOf, codeOf, textObject } from './read.ts';

/** The smallest part that is not the last one. */
const PART = 5 * 1024 ** 2;
const contentType = 'application/octet-stream';
const filled = (size: number, byte: number): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(byte);
const PARTS = [filled(PART, 1), filled(PART, 2), bytesOf('the last one')];

export const multipartCases = ({ test, subject, capabilities, newBucket }: Contract): void => {
  const begin = async () => {
    const client = subject().open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    const key = 'multi/1';
    const multipart = await client.beginMultipart({ bucket, key, contentType });
    const at = { bucket, key, multipart };
    const put = async (number: number, body: Uint8Array) => {
      const part = { number, size: body.length, sha256: sha256(body) };
      return { number, sha256: part.sha256, ...(await client.putPart({ ...at, ...part, body })) };
    };
    return { client, at, object: { bucket, key }, put };
  };

  test('parts that come in parallel become one object', async () => {
    const { client, at, object, put } = await begin();
    const parts = await Promise.all(PARTS.map((body, index) => put(index + 1, body)));
    await client.completeMultipart({ ...at, parts });
    const whole = Buffer.concat(PARTS);
    expect(sha256(Buffer.concat(await chunksOf(client, object)))).toBe(sha256(whole));
    const head = await client.head(object);
    expect(head?.size).toBe(whole.length);
    expect([null, sha256(whole)]).toContain(head?.sha256);
    const range = { start: PART - 2, end: PART + 1 };
    const across = Buffer.concat(await chunksOf(client, { ...object, range }));
    expect([...across]).toEqual([1, 1, 2, 2]);
  });

  test('nothing is to be seen before the upload is complete', async () => {
    const { client, at, object, put } = await begin();
    await put(1, bytesOf('part'));
    expect(await client.head(object)).toBeUndefined();
    expect((await client.listObjects({ bucket: at.bucket, limit: 10 })).objects).toEqual([]);
  });

  test('a signed part takes exactly the bytes that were announced', async () => {
    const { client, at, object } = await begin();
    const body = bytesOf('a part');
    const part = { number: 1, size: body.length, sha256: sha256(body) };
    const request = await client.signPart({ ...at, ...part, seconds: 60 });
    const answer = await subject().send(request, body);
    expect(answer.status).toBe(200);
    const etag = answer.header('etag') ?? '';
    await client.completeMultipart({ ...at, parts: [{ number: 1, etag, sha256: part.sha256 }] });
    expect(await client.head(object)).toMatchObject({ size: body.length });
  });

  test('a signed part refuses other bytes, another length, and ends', async () => {
    const { client, at } = await begin();
    const body = bytesOf('a part');
    const part = { ...at, number: 1, size: body.length, sha256: sha256(body), seconds: 60 };
    const request = await client.signPart(part);
    const late = await subject()
      .open({ now: () => new Date('2020-01-01T00:00:00Z') })
      .signPart(part);
    for (const answer of [
      await subject().send(request, bytesOf('A PART')),
      await subject().send(request, bytesOf('a longer part')),
      await subject().send(late, body),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect((await client.listParts(at)).parts).toEqual([]);
  });

  test('a part with another checksum is refused, and is not there', async () => {
    const { client, at } = await begin();
    const body = bytesOf('a part');
    const part = { ...at, number: 1, size: body.length, sha256: sha256(bytesOf('another')), body };
    expect(await codeOf(client.putPart(part))).toBe('checksum_refused');
    expect((await client.listParts(at)).parts).toEqual([]);
  });

  test('the parts that are there are told, so that an upload goes on after a break', async () => {
    const { client, at, put } = await begin();
    const [first, third] = [await put(1, filled(PART, 1)), await put(3, bytesOf('last'))];
    const told = (hash: string) => (capabilities.tellsChecksum ? hash : null);
    expect(await client.listParts(at)).toEqual({
      parts: [
        { number: 1, size: PART, etag: first.etag, sha256: told(first.sha256) },
        { number: 3, size: 4, etag: third.etag, sha256: told(third.sha256) },
      ],
      next: null,
    });
    const second = await put(2, filled(PART, 2));
    expect((await client.listParts({ ...at, after: 1 })).parts.map(({ number }) => number)).toEqual([2, 3]);
    await client.completeMultipart({ ...at, parts: [first, second, third] });
    expect(await client.head(at)).toMatchObject({ size: 2 * PART + 4 });
  });

  test('more than a thousand parts are listed, in pages if need be', async () => {
    const { client, at, put } = await begin();
    const numbers = Array.from({ length: 1003 }, (_, index) => index + 1);
    for (let from = 0; from < numbers.length; from += 50) {
      await Promise.all(numbers.slice(from, from + 50).map((number) => put(number, bytesOf(String(number)))));
    }
    const seen: number[] = [];
    let after: number | null = null;
    do {
      const page: Awaited<ReturnType<typeof client.listParts>> = await client.listParts({
        ...at,
        ...(after === null ? {} : { after }),
      });
      seen.push(...page.parts.map(({ number }) => number));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(numbers);
    const rest = await client.listParts({ ...at, after: 1000 });
    expect([rest.parts.map(({ number }) => number), rest.next]).toEqual([[1001, 1002, 1003], null]);
    await client.abortMultipart(at);
  });

  test('a part that comes twice counts as it came last', async () => {
    const { client, at, object, put } = await begin();
    const old = await put(1, bytesOf('before'));
    const part = await put(1, bytesOf('after'));
    expect((await client.listParts(at)).parts.map(({ size }) => size)).toEqual([5]);
    expect(await codeOf(client.completeMultipart({ ...at, parts: [old] }))).toBe('checksum_refused');
    await client.completeMultipart({ ...at, parts: [part] });
    expect(await client.head(object)).toMatchObject({ size: 5 });
  });

  test('a part that is missing ends nothing', async () => {
    const { client, at, object, put } = await begin();
    const first = await put(1, filled(PART, 1));
    const missing = { ...first, number: 2 };
    expect(await codeOf(client.completeMultipart({ ...at, parts: [first, missing] }))).toBe('checksum_refused');
    expect(await client.head(object)).toBeUndefined();
    const second = await put(2, bytesOf('now it is there'));
    await client.completeMultipart({ ...at, parts: [first, second] });
    expect(await client.head(object)).toMatchObject({ size: PART + 15 });
  });

  test('parts out of order are refused', async () => {
    const { client, at, put } = await begin();
    const first = await put(1, filled(PART, 1));
    const second = await put(2, filled(PART, 2));
    expect(await codeOf(client.completeMultipart({ ...at, parts: [second, first] }))).toBe('checksum_refused');
  });

  test('a doubled part is refused', async () => {
    const { client, at, put } = await begin();
    const first = await put(1, filled(PART, 1));
    expect(await codeOf(client.completeMultipart({ ...at, parts: [first, first] }))).toBe('checksum_refused');
  });

  test('a completion with another checksum of a part is refused', async () => {
    const { client, at, object, put } = await begin();
    const part = await put(1, bytesOf('a part'));
    const wrong = { ...part, sha256: sha256(bytesOf('another')) };
    expect(await codeOf(client.completeMultipart({ ...at, parts: [wrong] }))).toBe('checksum_refused');
    expect(await client.head(object)).toBeUndefined();
  });

  test('an upload that is complete is not completed as another', async () => {
    const { client, at, object, put } = await begin();
    const part = await put(1, bytesOf('a part'));
    await client.completeMultipart({ ...at, parts: [part] });
    const again = await client.completeMultipart({ ...at, parts: [part] }).then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    );
    expect(['done', 'multipart_missing']).toContain(again);
    expect(await client.head(object)).toMatchObject({ size: 6 });
    expect(await client.listMultiparts(at.bucket)).toEqual([]);
  });

  test('uploads that are under way are listed, until they are aborted', async () => {
    const { client, at, put } = await begin();
    await put(1, bytesOf('a part'));
    const other = await client.beginMultipart({ bucket: at.bucket, key: 'other/1', contentType });
    const seen = await client.listMultiparts(at.bucket);
    expect(seen.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      { key: at.key, multipart: at.multipart },
      { key: 'other/1', multipart: other },
    ]);
    await client.abortMultipart(at);
    await client.abortMultipart(at);
    expect(await client.listMultiparts(at.bucket)).toEqual([{ key: 'other/1', multipart: other }]);
  });

  test('an upload that was aborted is missing', async () => {
    const { client, at, put } = await begin();
    const part = await put(1, bytesOf('a part'));
    await client.abortMultipart(at);
    expect(await codeOf(put(2, bytesOf('late')))).toBe('multipart_missing');
    expect(await codeOf(client.listParts(at))).toBe('multipart_missing');
    expect(await codeOf(client.completeMultipart({ ...at, parts: [part] }))).toBe('multipart_missing');
    await client.put(textObject(at.bucket, 'after/1', 'the node goes on'));
    expect((await client.listObjects({ bucket: at.bucket, limit: 5 })).objects.map(({ key }) => key)).toEqual([
      'after/1',
    ]);
  });
};
