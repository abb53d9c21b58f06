import { beforeEach, describe, expect, it } from 'vitest';
import { type FileWorld, fileWorld, OTHER, sha256Of, SHOP } from './file-world.ts';

let w: FileWorld;
beforeEach(async () => {
  w = await fileWorld();
});

/** The status and code of a refusal. */
const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof Error && 'status' in error)) throw error;
    return `${String(error.status)} ${error.name}`;
  }
};
const announced = async (path: string, text: string, options: { key?: string; ifMatch?: number } = {}) => {
  const { body, replayed } = await w.shop.announce(
    { path, size: Buffer.byteLength(text), sha256: sha256Of(text) },
    options,
  );
  if (!('url' in body)) throw new Error('The upload got no URL');
  return { ...body, replayed };
};
const inParts = async (path: string, scope = path) => {
  const { upload } = await w.begin({ path, size: 10, scope, plan: { parts: 3, partSize: 4 } });
  return upload.id;
};
const BYTES = ['abcd', 'efgh', 'ij'];
const signed = (id: string, numbers: readonly number[], bytes = BYTES) =>
  w.shop.sign(
    id,
    numbers.map((number) => ({ number, sha256: sha256Of(bytes[number - 1] ?? '') })),
  );
const sendParts = async (id: string, numbers: readonly number[], bytes = BYTES) => {
  for (const part of (await signed(id, numbers, bytes)).body.parts) await w.send(part, bytes[part.number - 1] ?? '');
};

describe('an upload in one request', () => {
  it('is a file once it is complete, and not before', async () => {
    const upload = await announced('cups/red.png', 'red');
    expect(upload).toMatchObject({ state: 'open', method: 'PUT', expiresAt: '2026-03-01T10:15:00.000Z' });
    expect(await w.send(upload, 'red')).toBe(200);
    expect((await w.shop.list()).body.items).toEqual([]);
    const completed = await w.shop.complete(upload.id);
    expect(completed).toMatchObject({ version: 1, body: { number: 1, sha256: sha256Of('red'), publicUrl: null } });
    expect((await w.shop.list()).body.items).toMatchObject([{ path: 'cups/red.png', size: 3, current: 1 }]);
    expect(await w.follow(await w.shop.download(upload.fileId))).toMatchObject({
      status: 200,
      text: 'red',
      headers: { 'content-type': 'image/png', 'content-disposition': expect.stringContaining('red.png') },
    });
    expect(await w.quota()).toEqual({ bytes: 3, files: 1 });
  });

  it('may have no bytes at all', async () => {
    const done = await w.put('empty', '');
    expect(done).toMatchObject({ size: 0, sha256: sha256Of('') });
    expect((await w.follow(await w.shop.download(done.fileId))).text).toBe('');
  });

  it('is announced once for each key, with a URL each time', async () => {
    const first = await announced('a', 'one', { key: 'k' });
    const again = await announced('a', 'one', { key: 'k' });
    expect([again.id, again.replayed]).toEqual([first.id, true]);
    expect(await refusal(announced('a', 'two', { key: 'k' }))).toBe('422 idempotency_key_reused');
    await w.send(again, 'one');
    await w.shop.complete(first.id);
    // Its path is taken now: by itself.
    const late = await w.shop.announce({ path: 'a', size: 3, sha256: sha256Of('one') }, { key: 'k' });
    expect(late.body).toMatchObject({ id: first.id, state: 'completed' });
    expect('url' in late.body).toBe(false);
  });

  it.each([
    ['shorter', 'on'],
    ['longer', 'ones'],
    ['with other bytes', 'two'],
  ])('is refused by the node when the bytes come %s', async (_, bytes) => {
    const upload = await announced('a', 'one');
    expect(await w.send(upload, bytes)).toBeGreaterThanOrEqual(400);
    expect(await refusal(w.shop.complete(upload.id))).toBe('409 upload_incomplete');
    await w.send(upload, 'one');
    expect(await refusal(w.shop.complete(upload.id))).toBe('done');
  });

  it.each([
    ['that stores nothing', { lies: 'stores-nothing' as const }, '409 upload_incomplete'],
    ['that stores a half', { lies: 'truncates' as const }, '409 upload_incomplete'],
  ])('to a node %s is not complete', async (_, fault, expected) => {
    Object.assign(w.nodes[0]?.faults ?? {}, fault);
    const upload = await announced('a', 'four');
    expect(await w.send(upload, 'four')).toBe(200);
    expect(await refusal(w.shop.complete(upload.id))).toBe(expected);
    expect((await w.shop.list()).body.items).toEqual([]);
  });

  it('to a node that checks nothing is read back', async () => {
    w = await fileWorld(undefined, { capabilities: { checksums: false, partChecksums: false, tellsChecksum: true } });
    const upload = await announced('a', 'four');
    const node = w.nodes[0];
    if (node !== undefined) node.faults.checks = false;
    expect(await w.send(upload, 'fake')).toBe(200);
    expect(await refusal(w.shop.complete(upload.id))).toBe('422 checksum_mismatch');
    await w.send(upload, 'four');
    expect(await refusal(w.shop.complete(upload.id))).toBe('done');
  });

  it('needs its sha256', async () => {
    expect(await refusal(w.shop.announce({ path: 'a', size: 3 }))).toBe('400 invalid_request');
    expect(await refusal(w.shop.announce({ path: 'a', size: 2 ** 27, sha256: sha256Of('') }))).toBe(
      '400 invalid_request',
    );
  });

  it('completed twice is completed once, with the same answer', async () => {
    const upload = await announced('a', 'one');
    await w.send(upload, 'one');
    const [first, second] = await Promise.all([w.shop.complete(upload.id), w.shop.complete(upload.id)]);
    const third = await w.shop.complete(upload.id);
    expect([second.body, third.body]).toEqual([first.body, first.body]);
    expect(third).toMatchObject({ replayed: true, version: 1 });
    expect(await w.quota()).toEqual({ bytes: 3, files: 1 });
    expect((await w.shop.versions(upload.fileId)).body.items).toHaveLength(1);
  });

  it('after its time is over stays incomplete, whatever has arrived', async () => {
    const upload = await announced('a', 'one');
    await w.send(upload, 'one');
    w.pass(900);
    expect(await refusal(w.shop.complete(upload.id))).toBe('409 upload_expired');
    expect((await w.shop.upload(upload.id)).body).toMatchObject({ state: 'expired' });
    expect(await w.send(await announced('b', 'b'), 'b')).toBe(200);
  });

  it('that was aborted gives its quota back once, and stays aborted', async () => {
    const upload = await announced('a', 'one');
    expect(await w.quota()).toEqual({ bytes: 3, files: 1 });
    await w.shop.abort(upload.id);
    await w.shop.abort(upload.id);
    expect(await w.quota()).toEqual({ bytes: 0, files: 0 });
    expect(await refusal(w.shop.complete(upload.id))).toBe('409 upload_aborted');
    const { place } = (await w.files(SHOP).upload(w.idOf(upload.id))) ?? {};
    if (place === undefined) throw new Error('The upload is gone');
    // Its URL can still be used: the space is kept until then.
    expect(await w.space.placement(place.nodeId, place.placementId)).toMatchObject({
      state: 'garbage',
      dueAt: upload.expiresAt,
    });
    const done = await w.put('b', 'b');
    expect(await refusal(w.shop.abort(done.id))).toBe('409 upload_completed');
  });

  it('beyond the quota is refused, with what there is', async () => {
    await w.setQuota(5);
    await w.put('a', 'four');
    const asked = w.shop.announce({ path: 'b', size: 2, sha256: sha256Of('no') });
    await expect(asked).rejects.toMatchObject({ status: 409, extensions: { limitBytes: 5, takenBytes: 4 } });
  });
});

describe('the path of an upload', () => {
  it('is overwritten only with the ETag of what is there', async () => {
    const first = await w.put('a', 'one');
    await expect(announced('a', 'two')).rejects.toMatchObject({ status: 409, extensions: { etag: '"v1"' } });
    expect(await refusal(announced('a', 'two', { ifMatch: 2 }))).toBe('412 version_mismatch');
    expect(await refusal(announced('free', 'two', { ifMatch: 1 }))).toBe('412 version_mismatch');
    const second = await w.put('a', 'two!', { ifMatch: 1 });
    expect(second).toMatchObject({ fileId: first.fileId, number: 2 });
    expect((await w.follow(await w.shop.download(first.fileId))).text).toBe('two!');
    expect((await w.follow(await w.shop.download(first.fileId, 1))).text).toBe('one');
    expect(await w.quota()).toEqual({ bytes: 7, files: 2 });
  });

  it('goes to whoever completes first; the other is told, and keeps nothing', async () => {
    const one = await announced('a', 'one');
    const two = await announced('a', 'other');
    await w.send(one, 'one');
    await w.send(two, 'other');
    await w.shop.complete(two.id);
    expect(await refusal(w.shop.complete(one.id))).toBe('412 version_mismatch');
    expect(await refusal(w.shop.complete(one.id))).toBe('412 version_mismatch');
    expect((await w.shop.upload(one.id)).body).toMatchObject({ state: 'refused' });
    expect(await w.quota()).toEqual({ bytes: 5, files: 1 });
  });

  it('that was overwritten or deleted meanwhile refuses an overwriting upload', async () => {
    const { fileId } = await w.put('a', 'one');
    const [two, three] = [await announced('a', 'two', { ifMatch: 1 }), await announced('a', 'three', { ifMatch: 1 })];
    await w.send(two, 'two');
    await w.send(three, 'three');
    await w.shop.complete(two.id);
    expect(await refusal(w.shop.complete(three.id))).toBe('412 version_mismatch');
    const four = await announced('a', 'four', { ifMatch: 2 });
    await w.send(four, 'four');
    await w.shop.remove(fileId, 2);
    expect(await refusal(w.shop.complete(four.id))).toBe('412 version_mismatch');
    expect(await w.quota()).toEqual({ bytes: 0, files: 0 });
    const again = await w.put('a', 'new');
    expect(again.fileId).not.toBe(fileId);
  });
});

describe('an upload in parts', () => {
  it('arrives in any order, goes on after a break, and is one file', async () => {
    const id = await inParts('film');
    await sendParts(id, [3, 1]);
    expect((await w.shop.upload(id)).body).toMatchObject({
      arrived: [
        { number: 1, size: 4 },
        { number: 3, size: 2 },
      ],
    });
    await expect(w.shop.complete(id)).rejects.toMatchObject({ status: 409, extensions: { found: { missing: [2] } } });
    await sendParts(id, [2]);
    const { body } = await w.shop.complete(id);
    expect(body).toMatchObject({ size: 10, sha256: null });
    expect((await w.follow(await w.shop.download(body.fileId))).text).toBe('abcdefghij');
    expect((await w.shop.versions(body.fileId)).body.items).toMatchObject([{ verified: 'parts' }]);
  });

  it('may send a part again, with other bytes too; what was signed last must be there', async () => {
    const id = await inParts('film');
    await sendParts(id, [1, 2, 3]);
    await signed(id, [2], ['', 'EFGH', '']);
    expect(await refusal(w.shop.complete(id))).toBe('422 checksum_mismatch');
    await sendParts(id, [2], ['', 'EFGH', '']);
    const { body } = await w.shop.complete(id);
    expect((await w.follow(await w.shop.download(body.fileId))).text).toBe('abcdEFGHij');
  });

  it('knows no part beyond its end, and none of an upload in one request', async () => {
    const id = await inParts('film');
    expect(await refusal(w.shop.sign(id, [{ number: 4, sha256: sha256Of('x') }]))).toBe('400 invalid_request');
    const single = await announced('a', 'one');
    expect(await refusal(w.shop.sign(single.id, [{ number: 1, sha256: sha256Of('x') }]))).toBe('400 invalid_request');
  });

  it('signs no part while it is put together, and none after', async () => {
    const id = await inParts('film');
    await sendParts(id, [1, 2, 3]);
    await w.files(SHOP).setSealed(w.idOf(id), true);
    expect(await refusal(signed(id, [1]))).toBe('409 conflict');
    await w.shop.complete(id);
    expect(await refusal(signed(id, [1]))).toBe('409 upload_completed');
  });

  it('completes although the answer of the node was lost', async () => {
    const id = await inParts('film');
    await sendParts(id, [1, 2, 3]);
    const upload = await w.files(SHOP).upload(w.idOf(id));
    if (upload?.multipart === null || upload === undefined) throw new Error('no upload in parts');
    const client = w.openNode(w.stored[0] ?? (await w.node(upload.place.nodeId)));
    const key = { ...upload.place, multipart: upload.multipart };
    const { parts } = await client.listParts(key);
    const sums = parts.map(({ number, etag }) => ({ number, etag, sha256: sha256Of(BYTES[number - 1] ?? '') }));
    await client.completeMultipart({ ...key, parts: sums });
    expect((await w.shop.complete(id)).body).toMatchObject({ size: 10 });
  });

  it('of a node that stores less is not complete', async () => {
    const id = await inParts('film');
    const node = w.nodes[0];
    if (node !== undefined) node.faults.lies = 'truncates';
    await sendParts(id, [1, 2, 3]);
    await expect(w.shop.complete(id)).rejects.toMatchObject({
      name: 'upload_incomplete',
      extensions: { found: { wrongLength: expect.arrayContaining([{ number: 1, size: 2 }]) } },
    });
  });

  it('of a node that neither checks parts nor tells their sums is read back', async () => {
    w = await fileWorld(undefined, { capabilities: { checksums: false, partChecksums: false, tellsChecksum: false } });
    Object.assign(w.nodes[0]?.faults ?? {}, { checks: false, tells: false });
    const id = await inParts('film');
    for (const part of (await signed(id, [1, 2, 3])).body.parts)
      await w.send(part, ['abcd', 'EFGH', 'ij'][part.number - 1] ?? '');
    expect(await refusal(w.shop.complete(id))).toBe('422 checksum_mismatch');
    const other = await inParts('film', 'again');
    await sendParts(other, [1, 2, 3]);
    expect(await refusal(w.shop.complete(other))).toBe('done');
  });
});

describe('a node that fails while an upload begins', () => {
  it('is reported, and another one takes the upload', async () => {
    const node = w.nodes[0];
    if (node !== undefined) node.faults.down = true;
    const upload = await announced('a', 'one', { key: 'k' });
    expect(w.reported).toEqual([w.stored[0]?.id]);
    expect(await w.send(upload, 'one')).toBe(200);
    expect((await announced('a', 'one', { key: 'k' })).id).toBe(upload.id);
    await w.shop.complete(upload.id);
    expect(await w.quota()).toEqual({ bytes: 3, files: 1 });
  });

  it('is the last one: nothing is kept, and it is said when to try again', async () => {
    for (const { faults } of w.nodes) faults.down = true;
    await expect(announced('a', 'one')).rejects.toMatchObject({ status: 503, retryAfter: 30 });
    expect(await w.quota()).toEqual({ bytes: 0, files: 0 });
  });
});

describe('another shop', () => {
  it('finds neither uploads nor files nor versions, and its paths are its own', async () => {
    const upload = await announced('a', 'one');
    const done = await w.put('b', 'two', { visibility: 'public' });
    const other = w.as(OTHER);
    for (const asked of [
      other.upload(upload.id),
      other.complete(upload.id),
      other.abort(upload.id),
      other.sign(upload.id, [{ number: 1, sha256: sha256Of('x') }]),
      other.complete(done.id),
      other.file(done.fileId),
      other.remove(done.fileId, 1),
      other.versions(done.fileId),
      other.restore(done.fileId, 1, 1),
      other.download(done.fileId),
    ])
      expect(await refusal(asked)).toBe('404 not_found');
    expect((await other.list()).body.items).toEqual([]);
    const same = await other.announce({ path: 'b', size: 1, sha256: sha256Of('x') });
    expect(same.body).toMatchObject({ state: 'open', path: 'b' });
  });
});
