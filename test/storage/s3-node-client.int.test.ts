import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeId } from '../../functions/storage/ids.ts';
import type { NodeCredentials } from '../../functions/storage/node-access.ts';
import { openNodes } from '../../functions/storage/s3-node-client.ts';
import { listen } from '../../lib/local/listen.ts';
import { codeOf, textObject, textOf } from './contract/read.ts';
import { SELF_SIGNED } from './self-signed.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
const serve = async (server: Server): Promise<string> => {
  servers.push(server);
  return await listen(server, { port: 0, what: 'a node', option: 'none' });
};
const plain = (answer: RequestListener): Promise<string> => serve(createPlain(answer));

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const openAt = (
  endpoint: string,
  { secrets = async () => credentials, now = () => new Date() }: Partial<Parameters<typeof openNodes>[0]> = {},
) =>
  openNodes({ secrets, now })({
    id: nodeId.derive('1'),
    endpoint,
    region: 'us-east-1',
    pathStyle: true,
    secret: 'node-1',
  });
const object = textObject('bucket', 'a/1', 'abcdef');
const errorXml = (code: string, message = '') => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

describe('a node that cannot be talked to is unavailable, with the reason', () => {
  it('nobody listens', async () => {
    const endpoint = await plain((_request, response) => void response.end());
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    await expect(openAt(endpoint).head(object)).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringMatching(/does not answer \(ECONNREFUSED\)\. Check that it runs/),
    });
  });

  it('its certificate is self-signed', async () => {
    const url = await serve(createSecure(SELF_SIGNED, (_request, response) => void response.end()));
    const client = openAt(url.replace('http:', 'https:'));
    await expect(client.put(object)).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringMatching(/TLS certificate that is not trusted .*self-signed.*Give it a certificate/),
    });
  });

  it('it speaks TLS, and its endpoint says that it does not, and the other way round', async () => {
    const secure = await serve(createSecure(SELF_SIGNED, (_request, response) => void response.end()));
    expect(await codeOf(openAt(secure).listBuckets())).toBe('node_unavailable');
    const bare = await plain((_request, response) => void response.end());
    expect(await codeOf(openAt(bare.replace('http:', 'https:')).listBuckets())).toBe('node_unavailable');
  });

  it('it is a website', async () => {
    const page = '<!doctype html><html><body><p>Welcome!<br></body></html>';
    const endpoint = await plain((_request, response) => void response.end(page));
    await expect(openAt(endpoint).listObjects({ bucket: 'bucket', limit: 1 })).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringContaining('S3-compatible store'),
    });
    const missing = await plain((_request, response) => void response.writeHead(405).end(page));
    await expect(openAt(missing).put(object)).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringContaining('S3-compatible store'),
    });
  });

  it('it breaks off in the middle of an object', async () => {
    const endpoint = await plain((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('abc', () => response.destroy());
    });
    expect(await codeOf(textOf(openAt(endpoint), object))).toBe('node_unavailable');
  });

  it('it gives the whole where a range was asked for', async () => {
    const endpoint = await plain((_request, response) => void response.end('abcdef'));
    await expect(openAt(endpoint).read({ ...object, range: { start: 2, end: 3 } })).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringContaining('does not read ranges'),
    });
  });

  it('it has no clock', async () => {
    const endpoint = await plain((_request, response) => {
      response.sendDate = false;
      response.end('<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>');
    });
    await expect(openAt(endpoint).time()).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringContaining('Date header'),
    });
  });
});

describe("a store's own words", () => {
  it.each([
    [507, 'InsufficientStorage', '', 'node_full'],
    [507, 'XMinioStorageFull', 'Storage backend has reached its minimum free drive threshold.', 'node_full'],
    [403, 'QuotaExceeded', '', 'node_full'],
    [403, 'AccessDenied', 'Bucket size quota is reached', 'node_full'],
    [500, 'InternalError', 'write: no space left on device', 'node_full'],
    [400, 'TooManyBuckets', '', 'node_full'],
    [400, 'AuthorizationHeaderMalformed', "the region 'x' is wrong; expecting 'y'", 'node_unavailable'],
    [301, 'PermanentRedirect', '', 'node_unavailable'],
    [400, 'BadDigest', '', 'checksum_refused'],
    [400, 'XAmzContentSHA256Mismatch', '', 'checksum_refused'],
    [403, 'SignatureDoesNotMatch', '', 'node_refused'],
    [404, 'XAdminUserNotFound', '', 'node_refused'],
    [404, 'NoSuchBucket', '', 'bucket_missing'],
    [500, 'InternalError', '', 'node_unavailable'],
  ])('%i %s %s is %s', async (status, code, message, expected) => {
    const endpoint = await plain((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml' }).end(errorXml(code, message));
    });
    expect(await codeOf(openAt(endpoint).put(object))).toBe(expected);
  });

  it('a 500 is asked again twice, and no more', async () => {
    let asked = 0;
    const endpoint = await plain((request, response) => {
      request.resume();
      asked += 1;
      response.writeHead(500).end(errorXml('InternalError'));
    });
    expect(await codeOf(openAt(endpoint).put(object))).toBe('node_unavailable');
    expect(asked).toBe(3);
  });

  it('a 404 of a look is not believed when the words are others', async () => {
    const endpoint = await plain((request, response) => {
      response.writeHead(404).end(request.method === 'HEAD' ? undefined : errorXml('InvalidAccessKeyId'));
    });
    expect(await codeOf(openAt(endpoint).head(object))).toBe('node_refused');
    expect(await codeOf(openAt(endpoint).ensureBucket('bucket'))).toBe('node_refused');
  });
});

describe('the credentials', () => {
  const counting = (answers: readonly NodeCredentials[]) => {
    const reads: string[] = [];
    const secrets = async (name: string) => {
      reads.push(name);
      return answers[Math.min(reads.length, answers.length) - 1] ?? credentials;
    };
    return { reads, secrets };
  };
  const taking = (accessKeyId: string) =>
    plain((request, response) => {
      request.resume();
      const known = (request.headers.authorization ?? '').includes(`Credential=${accessKeyId}/`);
      response.writeHead(known ? 200 : 403).end(known ? undefined : errorXml('InvalidAccessKeyId'));
    });

  it('are read once a minute', async () => {
    let time = Date.parse('2026-01-01T00:00:00Z');
    const { reads, secrets } = counting([credentials]);
    const client = openAt(await taking('key'), { secrets, now: () => new Date(time) });
    await Promise.all([client.put(object), client.put(object)]);
    time += 59_000;
    await client.put(object);
    expect(reads).toEqual(['node-1']);
    time += 2000;
    await client.put(object);
    expect(reads).toEqual(['node-1', 'node-1']);
  });

  it('are read again at a refusal, once for all calls that are refused at the same time', async () => {
    const { reads, secrets } = counting([credentials, { ...credentials, accessKeyId: 'new' }]);
    const client = openAt(await taking('new'), { secrets });
    await Promise.all(Array.from({ length: 5 }, () => client.put(object)));
    expect(reads).toHaveLength(2);
  });

  it('that stay refused are an error, after one more read', async () => {
    const { reads, secrets } = counting([credentials]);
    const client = openAt(await taking('new'), { secrets });
    await expect(client.put(object)).rejects.toMatchObject({
      code: 'node_refused',
      message: expect.stringMatching(/InvalidAccessKeyId.*Check the node's secret/),
    });
    expect(reads).toHaveLength(2);
  });
});
