import { beforeEach, describe, expect, it } from 'vitest';
import { describeFiles } from '../../functions/storage/describe-files.ts';
import { fileId } from '../../functions/storage/ids.ts';
import { type FileWorld, fileWorld, OTHER, SHOP } from './file-world.ts';

let w: FileWorld;
beforeEach(async () => {
  w = await fileWorld();
});
const pathsOf = ({ body }: Awaited<ReturnType<FileWorld['shop']['list']>>) => body.items.map(({ path }) => path);

describe('a list of files', () => {
  const PATHS = ['a.txt', 'a/1', 'a/2', 'a/b/3', 'a/b/4', 'a0', 'ä/☕', '👩/x', '👩/y'];
  beforeEach(async () => {
    for (const path of PATHS.toReversed()) await w.put(path, path);
  });
  const inPages = async (query: Parameters<FileWorld['shop']['list']>[0], limit: number) => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const { body } = await w.shop.list({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(body.items.length + body.folders.length).toBeLessThanOrEqual(limit);
      seen.push(...body.items.map(({ path }) => path), ...body.folders);
      cursor = body.next;
    }
    return seen;
  };

  it.each([1, 2, 3, 20])('has them all by path, %d a page', async (limit) => {
    expect(await inPages({}, limit)).toEqual(PATHS);
    expect(await inPages({ prefix: 'a/' }, limit)).toEqual(['a/1', 'a/2', 'a/b/3', 'a/b/4']);
    expect(await inPages({ prefix: 'a' }, limit)).toEqual(PATHS.slice(0, 6));
  });

  it.each([1, 2, 3, 20])('has each folder once, %d entries a page', async (limit) => {
    const root = await inPages({ delimiter: '/' }, limit);
    expect(root.toSorted()).toEqual(['a.txt', 'a/', 'a0', 'ä/', '👩/'].toSorted());
    expect((await inPages({ delimiter: '/', prefix: 'a/' }, limit)).toSorted()).toEqual(['a/1', 'a/2', 'a/b/']);
    expect(await inPages({ delimiter: '/', prefix: 'a/b' }, limit)).toEqual(['a/b/']);
  });

  it('has nothing for a prefix that no path has, and goes on only with its own cursor', async () => {
    expect(pathsOf(await w.shop.list({ prefix: 'b' }))).toEqual([]);
    const { body } = await w.shop.list({ limit: 1 });
    const other = w.shop.list({ prefix: 'a', cursor: body.next ?? '' });
    await expect(other).rejects.toMatchObject({ name: 'invalid_cursor' });
    await expect(w.as(OTHER).list({ cursor: body.next ?? '' })).rejects.toMatchObject({ name: 'invalid_cursor' });
  });
});

describe('the versions of a file', () => {
  const overwritten = async (times: number) => {
    const { fileId: id } = await w.put('a', 'v1');
    for (let number = 2; number <= times; number += 1) await w.put('a', `v${number}`, { ifMatch: number - 1 });
    return id;
  };
  const numbers = async (id: string) => (await w.shop.versions(id)).body.items.map(({ number }) => number);

  it('are kept up to ten; the quota of older ones is free', async () => {
    const id = await overwritten(12);
    expect(await numbers(id)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(await w.quota()).toMatchObject({ files: 10 });
    await expect(w.shop.download(id, 2)).rejects.toMatchObject({ status: 404 });
    const gone = await w.files(SHOP).version(fileId.schema.parse(id), 2);
    expect(gone?.state).toBe('deleted');
  });

  it('can be shown again, which takes no quota, and is overwritten as any other', async () => {
    const id = await overwritten(3);
    const before = await w.quota();
    const { body, version } = await w.shop.restore(id, 1, 3);
    expect([body.current, body.size, version]).toEqual([1, 2, 4]);
    expect(await w.quota()).toEqual(before);
    expect((await w.follow(await w.shop.download(id))).text).toBe('v1');
    expect((await w.put('a', 'new', { ifMatch: 4 })).number).toBe(4);
    expect(await numbers(id)).toEqual([4, 3, 2, 1]);
    expect((await w.shop.versions(id)).body.items.filter(({ current }) => current)).toMatchObject([{ number: 4 }]);
  });

  it('are restored only over what was seen, and only if they are kept', async () => {
    const id = await overwritten(2);
    await expect(w.shop.restore(id, 1, 1)).rejects.toMatchObject({ name: 'version_mismatch' });
    await expect(w.shop.restore(id, 3, 2)).rejects.toMatchObject({ status: 404 });
  });

  it('which is shown is never given up for its age', async () => {
    const id = await overwritten(10);
    await w.shop.restore(id, 1, 10);
    await w.put('a', 'eleven', { ifMatch: 11 });
    expect(await numbers(id)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect((await w.follow(await w.shop.download(id))).text).toBe('eleven');
  });
});

describe('a deleted file', () => {
  it('is gone with its versions, its quota and its path', async () => {
    const { fileId: id } = await w.put('a', 'one');
    await w.put('a', 'two', { ifMatch: 1 });
    await expect(w.shop.remove(id, 1)).rejects.toMatchObject({ name: 'version_mismatch' });
    await w.shop.remove(id, 2);
    expect(await w.quota()).toEqual({ bytes: 0, files: 0 });
    for (const asked of [w.shop.file(id), w.shop.versions(id), w.shop.download(id), w.shop.remove(id, 3)])
      await expect(asked).rejects.toMatchObject({ status: 404 });
    expect(pathsOf(await w.shop.list())).toEqual([]);
  });

  it('is deleted once, however many ask', async () => {
    const { fileId: id } = await w.put('a', 'one');
    const asked = await Promise.allSettled([w.shop.remove(id, 1), w.shop.remove(id, 1)]);
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await w.quota()).toEqual({ bytes: 0, files: 0 });
  });
});

describe('a public file', () => {
  it('has one address through all its versions, which may be cached for less than its URL lives', async () => {
    const done = await w.put('cups/red cup.png', 'one', { visibility: 'public' });
    expect(done.publicUrl).toBe(`/v1/storage/public/${done.fileId}/red%20cup.png`);
    const shown = await w.readPublic(done.fileId);
    expect(shown.headers).toEqual({ 'cache-control': 'public, max-age=150' });
    expect(await w.follow(shown)).toMatchObject({ status: 200, text: 'one' });
    await w.put('cups/red cup.png', 'two', { visibility: 'public', ifMatch: 1 });
    expect((await w.follow(await w.readPublic(done.fileId))).text).toBe('two');
    w.pass(150 + 149);
    expect((await w.follow(shown)).status).toBe(200);
  });

  it('is nobody’s any more when it is deleted or made private; a private one never was', async () => {
    const [one, two] = [
      await w.put('a', 'a', { visibility: 'public' }),
      await w.put('b', 'b', { visibility: 'public' }),
    ];
    const secret = await w.put('c', 'c');
    await w.shop.remove(one.fileId, 1);
    await w.put('b', 'b2', { ifMatch: 1 });
    for (const { fileId: id } of [one, two, secret])
      await expect(w.readPublic(id)).rejects.toMatchObject({ status: 404 });
  });

  it('of a dangerous type is only ever saved', async () => {
    const { fileId: id } = await w.put('x.html', '<script>', { visibility: 'public', contentType: 'text/html' });
    expect((await w.follow(await w.readPublic(id))).headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringMatching(/^attachment/),
    });
  });

  it('on a node that is down is asked for again later', async () => {
    const { fileId: id } = await w.put('a', 'a', { visibility: 'public' });
    const node = w.stored[0];
    if (node === undefined) throw new Error('no node');
    await w.space.changeNode(node, { ...node, state: 'down', before: 'active', epoch: node.epoch + 1 });
    w.pass(6);
    await expect(w.readPublic(id)).rejects.toMatchObject({ status: 503, retryAfter: 30 });
    await expect(w.shop.download(id)).rejects.toMatchObject({ status: 503, retryAfter: 30 });
  });
});

describe('files for other domains', () => {
  it('are described while they are the shop’s own, public and visible', async () => {
    const [shown, secret] = [await w.put('a/b.png', 'x', { visibility: 'public' }), await w.put('s', 's')];
    const gone = await w.put('g', 'g', { visibility: 'public' });
    await w.shop.remove(gone.fileId, 1);
    const ids = [shown, secret, gone].map((file) => fileId.schema.parse(file.fileId));
    const describe = describeFiles(w);
    const context = { traceId: 'trace-1' };
    expect(await describe({ ...context, tenant: SHOP }, { fileIds: [...ids, ...ids] })).toEqual({
      files: [{ id: shown.fileId, name: 'b.png', contentType: 'image/png', size: 1, url: shown.publicUrl }],
    });
    expect(await describe({ ...context, tenant: OTHER }, { fileIds: ids })).toEqual({ files: [] });
  });
});
