import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchUrl } from '../../functions/storage/fetch-url.ts';
import { openSource, refuseHopeless, sourceFailed, type SourceOptions } from '../../functions/storage/http-source.ts';
import { uploadId } from '../../functions/storage/ids.ts';
import { allowsLoopback, isLoopback, isPublicAddress } from '../../functions/storage/source-address.ts';
import { toInstant } from '../../lib/runtime/clock.ts';
import { listen } from '../../lib/local/listen.ts';
import { fileWorld, sha256Of, SHOP } from './file-world.ts';

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('%s is nobody’s public host', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is one',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it('is this machine only when it says so plainly', () => {
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', 'localhost'].map(isLoopback)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(
      [undefined, 'http://127.0.0.1:4566', 'http://[::1]:4566', 'https://dynamodb.eu-central-1.amazonaws.com'].map(
        allowsLoopback,
      ),
    ).toEqual([false, true, true, false]);
  });
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
const serve = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener);
  servers.push(server);
  return Number(new URL(await listen(server, { port: 0, what: 'A source', option: 'none' })).port);
};
const file =
  (text: string): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(text), 'content-type': 'image/png' }).end(text);
  };
const local: SourceOptions = {
  maxBytes: 100,
  addressesOf: async () => ['127.0.0.1'],
  allowLoopback: true,
  idleMs: 2000,
};
const read = async (url: string, options: Partial<SourceOptions> = {}) => {
  const source = await openSource(url, { ...local, ...options });
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.body) chunks.push(chunk);
  return { size: source.size, type: source.contentType, text: Buffer.concat(chunks).toString() };
};
const REFUSED = { name: 'source_refused', status: 422 };

describe('a source', () => {
  it('is read from the address that was checked, whatever its name means a moment later', async () => {
    const port = await serve(file('cup'));
    let asked = 0;
    const addressesOf = async () => ((asked += 1) === 1 ? ['127.0.0.1'] : ['10.0.0.1']);
    expect(await read(`http://shop.invalid:${port}/a`, { addressesOf })).toEqual({
      size: 3,
      type: 'image/png',
      text: 'cup',
    });
    expect(asked).toBe(1);
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:9/'],
    ['written as a number', 'http://2130706433:9/'],
    ['written in hexadecimal', 'http://0x7f.1:9/'],
    ['written in octal', 'http://0177.0.0.1:9/'],
    ['of IPv6', 'http://[::1]:9/'],
    ['mapped into IPv6', 'http://[::ffff:127.0.0.1]:9/'],
    ['of the metadata service', 'http://169.254.169.254/latest/meta-data'],
    ['of a private network', 'https://10.0.0.1/'],
  ])('at an address %s is refused before anything is sent', async (_, url) => {
    await expect(openSource(url, { ...local, allowLoopback: false })).rejects.toMatchObject(REFUSED);
    expect(() => refuseHopeless(url, { allowLoopback: false })).toThrow(/not a public address/);
  });

  it('with one private address among its public ones is refused', async () => {
    const addressesOf = async () => ['8.8.8.8', '10.0.0.1'];
    await expect(read('http://shop.invalid/', { addressesOf })).rejects.toMatchObject(REFUSED);
    await expect(read('http://shop.invalid/', { addressesOf: async () => [] })).rejects.toMatchObject(REFUSED);
  });

  it('may redirect three times, and each address is checked', async () => {
    const last = await serve(file('end'));
    const port = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      const location = left === 0 ? `http://last.invalid:${last}/` : `/${left - 1}`;
      response.writeHead(302, { location }).end();
    });
    expect((await read(`http://shop.invalid:${port}/2`)).text).toBe('end');
    await expect(read(`http://shop.invalid:${port}/3`)).rejects.toMatchObject(REFUSED);
    const addressesOf = async (host: string) => [host === 'last.invalid' ? '192.168.0.1' : '127.0.0.1'];
    await expect(read(`http://shop.invalid:${port}/0`, { addressesOf })).rejects.toMatchObject(REFUSED);
  });

  it.each(['file:///etc/passwd', 'ftp://a/', 'http://u:p@a/', 'no url', '//a', 'javascript:1'])(
    'is never %s, nor a redirect to it',
    async (url) => {
      await expect(read(url)).rejects.toMatchObject(REFUSED);
      if (url === 'no url' || url === '//a') return;
      const port = await serve((_, response) => response.writeHead(301, { location: url }).end());
      await expect(read(`http://shop.invalid:${port}/`)).rejects.toMatchObject(REFUSED);
    },
  );

  it.each<[string, RequestListener]>([
    ['of unknown length', (_, response) => response.write('a') && response.end('b')],
    ['that is too large', (_, response) => response.writeHead(200, { 'content-length': 101 }).end('x'.repeat(101))],
    ['that is not there', (_, response) => response.writeHead(404, { 'content-length': 0 }).end()],
    ['of which a part comes', (_, response) => response.writeHead(206, { 'content-length': 1 }).end('a')],
    [
      'that is compressed',
      (_, response) => response.writeHead(200, { 'content-length': 1, 'content-encoding': 'gzip' }).end('a'),
    ],
  ])('%s is refused', async (_, listener) => {
    const port = await serve(listener);
    await expect(read(`http://shop.invalid:${port}/`)).rejects.toMatchObject(REFUSED);
  });

  it('that is ill may be asked another time', async () => {
    const port = await serve((_, response) => response.writeHead(503).end());
    await expect(read(`http://shop.invalid:${port}/`)).rejects.toMatchObject({ name: 'source_failed' });
    const silent = await serve(() => undefined);
    const asked = read(`http://shop.invalid:${silent}/`, { idleMs: 50 });
    await expect(asked).rejects.toMatchObject({ name: 'source_failed' });
  });
});

describe('a fetch', () => {
  const ID = uploadId.derive('fetch');
  const worldOf = async (bodies: readonly (string | Error)[], said?: number) => {
    const w = await fileWorld();
    await w.jobs(SHOP).create({
      id: ID,
      state: 'fetching',
      url: 'https://shop.example/cup.png',
      path: 'cup.png',
      overwrites: null,
      visibility: 'public',
      contentType: null,
      scope: 'scope',
      failure: null,
      uploadId: null,
      requestHash: 'hash',
      actor: { type: 'system', id: 'test' },
      traceId: 'trace-1',
      createdAt: toInstant(w.now()),
    });
    let opened = 0;
    const run = fetchUrl({
      ...w,
      openSource: async () => {
        const body = bodies[Math.min(opened, bodies.length - 1)] ?? '';
        opened += 1;
        if (body instanceof Error) throw body;
        const bytes = async function* () {
          yield Buffer.from(body);
        };
        const size = said ?? Buffer.byteLength(body);
        return { size, contentType: 'image/png', body: bytes(), close: () => undefined };
      },
    });
    return { ...w, run: () => run({ tenant: SHOP, id: ID }), opened: () => opened };
  };

  it('makes a file, once, however often its task comes', async () => {
    const w = await worldOf(['cup']);
    expect(await w.run()).toBe('completed');
    expect(await w.run()).toBe('ended before');
    const found = await w.files(SHOP).fileAt('cup.png');
    expect(found).toMatchObject({ size: 3, sha256: sha256Of('cup'), contentType: 'image/png', visibility: 'public' });
    expect((await w.shop.upload(ID)).body).toMatchObject({ state: 'completed', fileId: found?.id });
    expect((await w.follow(await w.readPublic(found?.id ?? ''))).text).toBe('cup');
    expect(await w.quota()).toEqual({ bytes: 3, files: 1 });
  });

  it('that was cut off after its file was made goes on, and makes no second one', async () => {
    const w = await worldOf(['cup']);
    const jobs = (tenant: typeof SHOP) => ({
      ...w.jobs(tenant),
      end: async (): Promise<void> => {
        throw new Error('cut off');
      },
    });
    const source = { size: 3, contentType: null, close: () => undefined };
    const cut = fetchUrl({
      ...w,
      jobs,
      openSource: async () => ({
        ...source,
        body: (async function* () {
          yield Buffer.from('cup');
        })(),
      }),
    });
    await expect(cut({ tenant: SHOP, id: ID })).rejects.toThrow('cut off');
    expect(await w.run()).toBe('completed');
    expect(await w.quota()).toEqual({ bytes: 3, files: 1 });
  });

  it.each([
    ['shorter', 5],
    ['longer', 2],
  ])('of a source that sends %s than it said ends as failed', async (_, said) => {
    const w = await worldOf(['cup'], said);
    expect(await w.run()).toBe('failed');
    expect(w.opened()).toBe(3);
    expect((await w.shop.upload(ID)).body).toMatchObject({ state: 'failed', failure: { code: 'source_failed' } });
    expect((await w.shop.list()).body.items).toEqual([]);
    expect(await w.quota()).toEqual({ bytes: 0, files: 0 });
  });

  it('tries again while the source is ill, and says why it gave up', async () => {
    const ill = sourceFailed('shop.example answered with the status 503.');
    const w = await worldOf([ill, ill, 'cup']);
    expect(await w.run()).toBe('completed');
    const given = await worldOf([ill]);
    expect(await given.run()).toBe('failed');
    expect((await given.shop.upload(ID)).body).toMatchObject({ failure: { detail: ill.message } });
  });

  it('to a path that was taken meanwhile, or beyond the quota, fails for good', async () => {
    const w = await worldOf(['cup']);
    await w.put('cup.png', 'first');
    expect(await w.run()).toBe('failed');
    expect((await w.shop.upload(ID)).body).toMatchObject({ failure: { code: 'file_exists' } });
    const poor = await worldOf(['cup']);
    await poor.setQuota(2);
    expect(await poor.run()).toBe('failed');
    expect((await poor.shop.upload(ID)).body).toMatchObject({ failure: { code: 'quota_exceeded' } });
  });
});
