import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { listen } from '../../lib/local/listen.ts';
import { as, outcome } from './caller.ts';
import { follow, sha256Of, storagePool, uploading } from './storage-world.ts';
import { api, newShop, operatorKey, unique } from './world.ts';

let pool: Awaited<ReturnType<typeof storagePool>>;
let shop: Shop;
let staff: ReturnType<typeof as>;
let files: ReturnType<typeof uploading>;
const operator = as(operatorKey);
const anybody = as(undefined);
beforeAll(async () => {
  [pool, shop] = await Promise.all([storagePool(2), newShop('files')]);
  await pool.use(shop);
  staff = as(shop.secretKey);
  files = uploading(staff);
});
afterAll(() => pool.stop());

const Paths = z.looseObject({
  items: z.array(z.looseObject({ path: z.string() })),
  folders: z.array(z.string()),
  next: z.string().nullable(),
});
const pathsOf = (body: unknown) => {
  const { items, folders } = Paths.parse(body);
  return [...items.map(({ path }) => path), ...folders];
};
const Usage = z.looseObject({ usedBytes: z.number(), objects: z.number(), quotaBytes: z.number() });

describe('a file', () => {
  it('is uploaded to a node as announced or not at all, and read by a redirect', async () => {
    const path = `${unique('notes')}/☕ list.txt`;
    const upload = await files.announce(path, 'cups and saucers');
    expect(await upload.send('cups and plates!')).toBeGreaterThanOrEqual(400);
    expect(outcome(await upload.complete())).toBe('409 upload_incomplete');
    expect(await upload.send('cups and saucers')).toBe(200);
    const completed = await upload.complete();
    expect(completed.body).toMatchObject({ state: 'completed', path, sha256: sha256Of('cups and saucers') });
    const again = await upload.complete();
    expect([again.body, again.headers['etag']]).toEqual([completed.body, '"v1"']);
    expect(outcome(await staff.delete(`/v1/storage/uploads/${upload.id}`))).toBe('409 upload_completed');
    expect((await staff.get(`/v1/storage/uploads/${upload.id}`)).body).toMatchObject({ state: 'completed' });

    const found = await staff.get(`/v1/storage/files/${upload.fileId}`);
    expect(found.body).toMatchObject({ path, size: 16, current: 1, publicUrl: null });
    const download = await staff.get(`/v1/storage/files/${upload.fileId}/download`);
    expect(download.status).toBe(302);
    const whole = await follow(download.headers['location']);
    expect([whole.status, whole.text]).toEqual([200, 'cups and saucers']);
    expect(whole.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(whole.headers.get('content-disposition')).toContain(`filename*=UTF-8''%E2%98%95%20list.txt`);
    const part = await follow(download.headers['location'], { range: 'bytes=5-7' });
    expect([part.status, part.text]).toEqual([206, 'and']);
  });

  it('is the picture of a product, when it is public', async () => {
    const picture = await files.put(`${unique('cup')}.png`, 'png', { contentType: 'image/png', visibility: 'public' });
    const hidden = await files.put(`${unique('cup')}.png`, 'png', { contentType: 'image/png' });
    const title = unique('Cup');
    const media = [{ fileId: picture.fileId, alt: 'A cup' }];
    const made = await staff.post('/v1/catalog/products', { title, slug: title.toLowerCase(), media });
    expect(outcome(made)).toBe('201');
    const Product = z.looseObject({ id: z.string(), media: z.array(z.looseObject({ url: z.string() })) });
    const product = Product.parse(made.body);
    const { headers } = await until('the public address to be known', async () => {
      const answer = await anybody.get(product.media[0]?.url ?? '');
      return answer.status === 302 ? answer : undefined;
    });
    expect((await follow(headers['location'])).text).toBe('png');
    const changed = await staff.patch(
      `/v1/catalog/products/${product.id}`,
      { media: [{ fileId: hidden.fileId, alt: 'Nobody may see it' }] },
      { 'if-match': made.headers['etag'] ?? '' },
    );
    expect(outcome(changed)).toBe('422 unknown_file');
  });

  it('may be empty', async () => {
    const { fileId } = await files.put(unique('empty'), '');
    const { headers } = await staff.get(`/v1/storage/files/${fileId}/download`);
    expect((await follow(headers['location'])).text).toBe('');
  });

  it('is overwritten with its ETag, keeps its versions, and shows an earlier one again', async () => {
    const path = unique('plan');
    const first = await files.put(path, 'one');
    const body = { path, size: 3, sha256: sha256Of('two') };
    const refused = await staff.post('/v1/storage/uploads', body);
    expect([outcome(refused), refused.body]).toMatchObject(['409 file_exists', { etag: '"v1"' }]);
    const second = await files.put(path, 'two', {}, { 'if-match': '"v1"' });
    expect([second.number, second.etag, second.fileId]).toEqual([2, '"v2"', first.fileId]);
    expect(outcome(await staff.post('/v1/storage/uploads', body, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    const route = `/v1/storage/files/${first.fileId}`;
    expect((await staff.get(`${route}/versions`)).body).toMatchObject({ items: [{ number: 2 }, { number: 1 }] });
    expect(outcome(await staff.post(`${route}/restore`, { number: 9 }, { 'if-match': '"v2"' }))).toBe('404 not_found');
    const restored = await staff.post(`${route}/restore`, { number: 1 }, { 'if-match': '"v2"' });
    expect(restored.body).toMatchObject({ current: 1 });
    const shown = await staff.get(`${route}/download`);
    expect((await follow(shown.headers['location'])).text).toBe('one');
    const newest = await staff.get(`${route}/download?version=2&disposition=attachment`);
    const saved = await follow(newest.headers['location']);
    expect([saved.text, saved.headers.get('content-disposition')?.split(';')[0]]).toEqual(['two', 'attachment']);
    expect(outcome(await staff.get(`${route}/download?version=3`))).toBe('404 not_found');

    expect(outcome(await staff.delete(route))).toBe('428 precondition_required');
    expect(outcome(await staff.delete(route, undefined, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    const etag = restored.headers['etag'];
    expect(outcome(await staff.delete(route, undefined, { 'if-match': etag }))).toBe('204');
    for (const gone of [route, `${route}/versions`, `${route}/download`])
      expect(outcome(await staff.get(gone))).toBe('404 not_found');
  });

  it('is complete for one of two who want its path', async () => {
    const path = unique('race');
    const [one, two] = [await files.announce(path, 'one'), await files.announce(path, 'two')];
    await Promise.all([one.send('one'), two.send('two')]);
    expect(outcome(await two.complete())).toBe('200');
    expect(outcome(await one.complete())).toBe('412 version_mismatch');
    expect((await staff.get(`/v1/storage/uploads/${one.id}`)).body).toMatchObject({ state: 'refused' });
  });

  it('is listed by path, with folders', async () => {
    const root = unique('tree');
    for (const path of ['b.txt', 'a/1', 'a/2', 'ä']) await files.put(`${root}/${path}`, path);
    const list = async (query: string) => (await staff.get(`/v1/storage/files?prefix=${root}/${query}`)).body;
    expect(pathsOf(await list(''))).toEqual(['a/1', 'a/2', 'b.txt', 'ä'].map((path) => `${root}/${path}`));
    expect(pathsOf(await list('&delimiter=/'))).toEqual([`${root}/b.txt`, `${root}/ä`, `${root}/a/`]);
    const { next } = Paths.parse(await list('&limit=3'));
    expect(pathsOf(await list(`&limit=3&cursor=${next}`))).toEqual([`${root}/ä`]);
    expect(outcome(await staff.get(`/v1/storage/files?cursor=${next}`))).toBe('400 invalid_cursor');
  });

  it.each(['/a', 'a/', 'a//b', 'a/../b', '..', 'a\u0000', 'a\nb', 'é'.repeat(513)])(
    'is never at the path %j',
    async (path) => {
      const asked = await staff.post('/v1/storage/uploads', { path, size: 0, sha256: sha256Of('') });
      expect(outcome(asked)).toBe('400 invalid_request');
    },
  );

  it.each([
    ['no length', { size: undefined }],
    ['a negative length', { size: -1 }],
    ['no sha256', { sha256: undefined }],
    ['a sha256 of something else', { sha256: 'abc' }],
    ['a type that ends its header', { contentType: 'text/plain\r\nx: y' }],
  ])('is not announced with %s', async (_, wrong) => {
    const body = { path: unique('wrong'), size: 0, sha256: sha256Of(''), ...wrong };
    expect(outcome(await staff.post('/v1/storage/uploads', body))).toBe('400 invalid_request');
  });
});

describe('a file in parts', () => {
  const PART = 16 * 1024 ** 2;
  const size = 4 * PART + 1;
  const Begun = z.looseObject({ id: z.string(), fileId: z.string(), parts: z.int(), partSize: z.int() });
  const Signed = z.looseObject({
    parts: z.array(
      z.looseObject({ number: z.int(), size: z.int(), url: z.string(), headers: z.record(z.string(), z.string()) }),
    ),
  });

  it('is uploaded part by part, goes on after a break, and is read as one', async () => {
    const made = await staff.post('/v1/storage/uploads', { path: unique('film'), size });
    const upload = Begun.parse(made.body);
    expect([upload.parts, upload.partSize]).toEqual([5, PART]);
    const route = `/v1/storage/uploads/${upload.id}`;
    const bytesOf = (number: number) => Buffer.alloc(number === 5 ? 1 : PART, number);
    const send = async (...numbers: number[]) => {
      const parts = numbers.map((number) => ({ number, sha256: sha256Of(bytesOf(number)) }));
      const signed = await staff.post(`${route}/parts`, { parts });
      for (const { number, url, headers } of Signed.parse(signed.body).parts) {
        const sent = await fetch(url, { method: 'PUT', headers, body: bytesOf(number) });
        expect(sent.status).toBe(200);
      }
    };
    await send(5, 2, 1);
    const seen = await staff.get(route);
    expect(seen.body).toMatchObject({ arrived: [{ number: 1 }, { number: 2 }, { number: 5, size: 1 }] });
    const early = await staff.post(`${route}/complete`);
    expect([outcome(early), early.body]).toMatchObject(['409 upload_incomplete', { found: { missing: [3, 4] } }]);
    await send(3, 4);
    const sixth = { parts: [{ number: 6, sha256: sha256Of('') }] };
    expect(outcome(await staff.post(`${route}/parts`, sixth))).toBe('400 invalid_request');
    expect((await staff.post(`${route}/complete`)).body).toMatchObject({ size, sha256: null });
    const { headers } = await staff.get(`/v1/storage/files/${upload.fileId}/download`);
    const end = await follow(headers['location'], { range: `bytes=${size - 2}-${size - 1}` });
    expect([end.status, end.text]).toEqual([206, '\u0004\u0005']);
  });

  it('can be aborted, and takes no quota any more', async () => {
    const used = async () => Usage.parse((await staff.get('/v1/storage/usage')).body);
    const before = await used();
    const { id } = Begun.parse((await staff.post('/v1/storage/uploads', { path: unique('film'), size })).body);
    expect((await used()).usedBytes).toBe(before.usedBytes + size);
    expect(outcome(await staff.delete(`/v1/storage/uploads/${id}`))).toBe('204');
    expect(await used()).toEqual(before);
    const parts = { parts: [{ number: 1, sha256: sha256Of('') }] };
    expect(outcome(await staff.post(`/v1/storage/uploads/${id}/parts`, parts))).toBe('409 upload_aborted');
  });
});

describe('a public file', () => {
  it('is read by anybody at one address, until it is deleted', async () => {
    const path = `${unique('shown')}/red cup.txt`;
    const made = await files.put(path, 'red', { visibility: 'public' });
    const address = made.publicUrl ?? '';
    const shown = await until('the public address to be known', async () => {
      const answer = await anybody.get(address);
      return answer.status === 302 ? answer : undefined;
    });
    expect(shown.headers['cache-control']).toBe('public, max-age=150');
    expect((await follow(shown.headers['location'])).text).toBe('red');
    await files.put(path, 'redder', { visibility: 'public' }, { 'if-match': made.etag });
    expect((await follow((await anybody.get(address)).headers['location'])).text).toBe('redder');
    await staff.delete(`/v1/storage/files/${made.fileId}`, undefined, { 'if-match': '"v2"' });
    expect(outcome(await anybody.get(address))).toBe('404 not_found');
  });
});

describe('a quota', () => {
  it('is set by operators, and refuses what is beyond it', async () => {
    const small = await newShop('small');
    await pool.use(small);
    const route = `/v1/storage/tenants/${small.tenantId}/quota`;
    expect(outcome(await operator.put(route, { quotaBytes: -1 }))).toBe('400 invalid_request');
    expect(outcome(await as(small.secretKey).get(route))).toBe('403 forbidden');
    expect((await operator.put(route, { quotaBytes: 10 })).body).toMatchObject({ quotaBytes: 10, pool: pool.pool });
    const tiny = uploading(as(small.secretKey));
    await tiny.put('a', '12345678');
    expect((await operator.get(route)).body).toMatchObject({ usedBytes: 8, objects: 1, quotaBytes: 10 });
    const body = { path: 'b', size: 3, sha256: sha256Of('123') };
    const refused = await as(small.secretKey).post('/v1/storage/uploads', body);
    expect([outcome(refused), refused.body]).toMatchObject(['409 quota_exceeded', { limitBytes: 10, takenBytes: 8 }]);
    expect(outcome(await as(small.publishableKey).get('/v1/storage/usage'))).toBe('403 forbidden');
  });
});

describe('a file from a URL', () => {
  const bytes = 'fetched cup';
  const server = createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    else if (request.url === '/endless') response.write(bytes);
    else if (request.url === '/moved') response.writeHead(301, { location: '/cup.txt' }).end();
    else response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'text/plain' }).end(bytes);
  });
  let source: string;
  beforeAll(async () => {
    source = await listen(server, { port: 0, what: 'A source', option: 'none' });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const Fetch = z.looseObject({ id: z.string(), state: z.string(), fileId: z.string().nullable() });
  const ended = async (path: string, url: string, headers = {}) => {
    const asked = await staff.post('/v1/storage/uploads/from-url', { url, path }, headers);
    expect(outcome(asked)).toBe('202');
    const { id } = Fetch.parse(asked.body);
    return until(`${url} to be fetched`, async () => {
      const seen = Fetch.parse((await staff.get(`/v1/storage/uploads/${id}`)).body);
      return seen.state === 'fetching' ? undefined : seen;
    });
  };

  it('is fetched and stored, also over another one', async () => {
    const path = unique('fetched');
    const { state, fileId } = await ended(path, `${source}/moved`);
    expect(state).toBe('completed');
    const { headers } = await staff.get(`/v1/storage/files/${fileId}/download`);
    expect((await follow(headers['location'])).text).toBe(bytes);
    expect((await ended(path, `${source}/cup.txt`, { 'if-match': '"v1"' })).fileId).toBe(fileId);
    const again = { url: source, path };
    expect(outcome(await staff.post('/v1/storage/uploads/from-url', again))).toBe('409 file_exists');
  });

  it('that leads to a private address, or has no length, is told to have failed', async () => {
    for (const path of ['/away', '/endless']) {
      const failed = await ended(unique('private'), `${source}${path}`);
      expect(failed).toMatchObject({ state: 'failed', failure: { code: 'source_refused' }, fileId: null });
    }
  });

  it.each(['http://10.0.0.1/', 'http://169.254.169.254/', 'http://[::ffff:7f00:1]/', 'ftp://shop.example/'])(
    'is never asked of %s',
    async (url) => {
      const asked = await staff.post('/v1/storage/uploads/from-url', { url, path: unique('private') });
      expect(outcome(asked)).toBe('422 source_refused');
    },
  );
});

describe('another shop', () => {
  it('finds nothing of this one', async () => {
    const made = await files.put(unique('own'), 'own');
    const upload = await files.announce(unique('own'), 'own');
    const other = as((await newShop('elsewhere')).secretKey);
    const [file, open] = [`/v1/storage/files/${made.fileId}`, `/v1/storage/uploads/${upload.id}`];
    const etag = { 'if-match': '"v1"' };
    for (const answer of [
      await other.get(file),
      await other.get(`${file}/versions`),
      await other.get(`${file}/download`),
      await other.post(`${file}/restore`, { number: 1 }, etag),
      await other.delete(file, undefined, etag),
      await other.get(open),
      await other.delete(open),
      await other.post(`${open}/complete`),
      await other.post(`${open}/parts`, { parts: [{ number: 1, sha256: sha256Of('') }] }),
    ])
      expect(outcome(answer)).toBe('404 not_found');
    expect((await api.send('GET', '/v1/storage/files', { credential: operatorKey })).status).toBe(403);
  });
});
