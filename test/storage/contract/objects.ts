import { expect } from 'vitest';
import { probeNode, type SendSigned } from '../../../functions/storage/probe.ts';
import type { Contract } from '../node-contract.ts';
import { bytesOf, sha256 } from '../node-subject.ts';
import { chunksOf, codeOf, textObject, textOf } from './read.ts';

const inChunks = async function* (text: string): AsyncGenerator<Uint8Array> {
  for (const character of text) yield bytesOf(character);
};

export const objectCases = ({ test, subject, capabilities, newBucket }: Contract): void => {
  const open = async () => {
    const client = subject().open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    return { client, bucket };
  };

  test('an object comes back with its bytes, its size and its checksum', async () => {
    const { client, bucket } = await open();
    const object = textObject(bucket, 'obj_1/1', 'hällo');
    await client.put(object);
    expect(await textOf(client, { bucket, key: 'obj_1/1' })).toBe('hällo');
    expect(await client.head({ bucket, key: 'obj_1/1' })).toEqual({
      size: 6,
      sha256: capabilities.tellsChecksum ? object.sha256 : null,
    });
  });

  test('an object of no bytes is an object', async () => {
    const { client, bucket } = await open();
    await client.put(textObject(bucket, 'empty/1', ''));
    expect(await textOf(client, { bucket, key: 'empty/1' })).toBe('');
    expect(await client.head({ bucket, key: 'empty/1' })).toMatchObject({ size: 0 });
  });

  test('ranges are read, to the end at most', async () => {
    const { client, bucket } = await open();
    await client.put(textObject(bucket, 'range/1', 'abcdef'));
    const read = (start: number, end: number) => textOf(client, { bucket, key: 'range/1', range: { start, end } });
    expect([await read(0, 0), await read(1, 3), await read(4, 99)]).toEqual(['a', 'bcd', 'ef']);
    expect(await codeOf(read(6, 9))).toBe('checksum_refused');
  });

  test('several MiB are read in pieces', async () => {
    const { client, bucket } = await open();
    const body = new Uint8Array(3 * 1024 ** 2).map((_, index) => index % 251);
    await client.put({ ...textObject(bucket, 'big/1', ''), size: body.length, sha256: sha256(body), body });
    const chunks = await chunksOf(client, { bucket, key: 'big/1' });
    expect(chunks.length).toBeGreaterThan(1);
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(body));
  });

  test('a reader may stop early, and the node goes on', async () => {
    const { client, bucket } = await open();
    const body = new Uint8Array(3 * 1024 ** 2);
    await client.put({ ...textObject(bucket, 'big/1', ''), size: body.length, sha256: sha256(body), body });
    for await (const chunk of await client.read({ bucket, key: 'big/1' })) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await client.head({ bucket, key: 'big/1' })).toMatchObject({ size: body.length });
  });

  test('bytes are stored as they come', async () => {
    const { client, bucket } = await open();
    await client.put({ ...textObject(bucket, 'stream/1', 'in pieces'), body: inChunks('in pieces') });
    expect(await textOf(client, { bucket, key: 'stream/1' })).toBe('in pieces');
  });

  for (const [what, sent] of [
    ['fewer', 'in piec'],
    ['more', 'in pieces!'],
  ] as const) {
    test(`${what} bytes than announced are refused, and leave nothing`, async () => {
      const { client, bucket } = await open();
      const object = textObject(bucket, 'stream/1', 'in pieces');
      expect(await codeOf(client.put({ ...object, body: inChunks(sent) }))).toBe('checksum_refused');
      expect(await codeOf(Promise.resolve().then(() => client.put({ ...object, body: bytesOf(sent) })))).toBe(
        'checksum_refused',
      );
      expect(await client.head(object)).toBeUndefined();
    });
  }

  test('other bytes than the checksum says are refused, and leave nothing', async () => {
    const { client, bucket } = await open();
    const object = { ...textObject(bucket, 'wrong/1', 'abc'), sha256: sha256(bytesOf('xyz')) };
    expect(await codeOf(client.put(object))).toBe('checksum_refused');
    expect(await codeOf(client.put({ ...object, body: inChunks('abc') }))).toBe('checksum_refused');
    expect(await client.head(object)).toBeUndefined();
  });

  test('what is not there is missing for a read, and no error for a look or a delete', async () => {
    const { client, bucket } = await open();
    const object = { bucket, key: 'nothing/1' };
    expect(await codeOf(client.read(object))).toBe('object_missing');
    expect(await client.head(object)).toBeUndefined();
    expect(await client.remove(object)).toBeUndefined();
    await client.put(textObject(bucket, 'nothing/1', 'x'));
    await client.remove(object);
    expect(await client.remove(object)).toBeUndefined();
    expect(await client.head(object)).toBeUndefined();
  });

  test('objects are listed in order, in pages', async () => {
    const { client, bucket } = await open();
    const keys = ['a/1', 'a/2', 'b/1', 'c/1', 'd/1'];
    await Promise.all(keys.toReversed().map((key) => client.put(textObject(bucket, key, key))));
    const seen: string[][] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof client.listObjects>> = await client.listObjects({
        bucket,
        limit: 2,
        ...(after === null ? {} : { after }),
      });
      seen.push(page.objects.map(({ key }) => key));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual([['a/1', 'a/2'], ['b/1', 'c/1'], ['d/1']]);
    const { objects } = await client.listObjects({ bucket, limit: 10, after: 'c/1' });
    expect(objects).toEqual([{ key: 'd/1', size: 3, modifiedAt: expect.any(Date) }]);
  });

  test('a probe finds the capabilities that are listed', async () => {
    const { open: openNode, send } = subject();
    const probing = {
      bucket: newBucket(),
      now: () => new Date(),
      send: async (...sent: Parameters<SendSigned>) => (await send(...sent)).status,
    };
    expect(await probeNode(openNode(), probing)).toEqual({ ok: true, skewMs: expect.any(Number), capabilities });
  });

  test('a full node takes no more, and says so', async () => {
    const { full } = subject();
    if (full === undefined) throw new Error('there is no such node that is full');
    const bucket = newBucket();
    const client = await full(bucket);
    const body = new Uint8Array(1024 ** 2);
    await client.put({ ...textObject(bucket, 'fits/1', ''), size: body.length, sha256: sha256(body), body });
    const large = new Uint8Array(5 * 1024 ** 2);
    const object = { ...textObject(bucket, 'large/1', ''), size: large.length, sha256: sha256(large), body: large };
    expect(await codeOf(client.put(object))).toBe('node_full');
    expect(await client.head(object)).toBeUndefined();
    expect(await client.head({ bucket, key: 'fits/1' })).toMatchObject({ size: body.length });
  });
};
