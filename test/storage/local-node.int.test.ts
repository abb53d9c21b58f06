import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeNode } from '../../functions/storage/probe.ts';
import { startStorageNode, type LocalStorageNode } from '../../lib/local/storage-nodes/storage-node.ts';
import { codeOf, textObject, textOf } from './contract/read.ts';
import { nodeContract } from './node-contract.ts';
import { httpSubject, type NodeSubject } from './node-subject.ts';

const credentials = { accessKeyId: 'one', secretAccessKey: 'secret' };
const GIB = 1024 ** 3;
const region = 'local-1';
const log = { write: () => undefined };
const started: LocalStorageNode[] = [];

const start = async (more: { readonly directory?: string; readonly capacityBytes?: number } = {}) => {
  const directory = more.directory ?? mkdtempSync(join(tmpdir(), 'node-'));
  const node = await startStorageNode({
    capacityBytes: GIB,
    credentials: [credentials],
    region,
    log,
    ...more,
    directory,
  });
  started.push(node);
  return { node, directory, subject: httpSubject({ endpoint: node.endpoint, region, credentials }) };
};
afterAll(async () => {
  for (const node of started) await node.stop();
});

describe('a storage node of the local cloud', () => {
  let subject: NodeSubject;
  beforeAll(async () => {
    const { node } = await start();
    const full = async (bucket: string) => {
      const small = await start({ capacityBytes: 4 * 1024 ** 2 });
      const client = small.subject.open();
      await client.ensureBucket(bucket);
      return client;
    };
    subject = httpSubject({ endpoint: node.endpoint, region, credentials, full });
  });
  nodeContract(() => subject, { checksums: true, partChecksums: true, tellsChecksum: true });
});

describe('a node of the local cloud', () => {
  const opened = async (capacityBytes = 1000) => {
    const { node, directory, subject } = await start({ capacityBytes });
    const client = subject.open();
    await client.ensureBucket('bucket');
    return { node, directory, client, subject };
  };
  const object = textObject('bucket', 'a/1', 'abcdef');

  it('counts its bytes exactly: puts, overwrites, refusals, parts, completion and deletes', async () => {
    const { node, client } = await opened();
    await client.put(object);
    await client.put({ ...object, ...textObject('bucket', 'a/1', 'abc') });
    expect(node.usedBytes()).toBe(3);
    expect(await codeOf(client.put({ ...object, key: 'a/2', sha256: '0'.repeat(64) }))).toBe('checksum_refused');
    expect(await codeOf(client.put(textObject('bucket', 'a/2', 'x'.repeat(998))))).toBe('node_full');
    expect(node.usedBytes()).toBe(3);
    const at = { bucket: 'bucket', key: 'm/1', multipart: '' };
    const multipart = await client.beginMultipart({ ...at, contentType: 'text/plain' });
    const part = { number: 1, size: 6, sha256: object.sha256 };
    const { etag } = await client.putPart({ ...at, multipart, ...part, body: object.body });
    await client.putPart({ ...at, multipart, ...part, number: 2, body: object.body });
    expect(node.usedBytes()).toBe(15);
    await client.completeMultipart({ ...at, multipart, parts: [{ ...part, etag }] });
    expect(node.usedBytes()).toBe(9);
    const other = await client.beginMultipart({ ...at, contentType: 'text/plain' });
    await client.putPart({ ...at, multipart: other, ...part, body: object.body });
    await client.remove({ bucket: 'bucket', key: 'm/1' });
    await client.remove({ bucket: 'bucket', key: 'a/1' });
    expect(node.usedBytes()).toBe(6);
    await client.removeBucket('bucket');
    expect(node.usedBytes()).toBe(0);
  });

  it('never takes more than its capacity, however many come at once', async () => {
    const { node, client } = await opened(1000);
    const puts = Array.from({ length: 30 }, (_, index) =>
      client.put(textObject('bucket', `a/${index}`, 'x'.repeat(90))).then(
        () => 'stored',
        (error: unknown) => (error instanceof Error ? error.name : ''),
      ),
    );
    const answers = await Promise.all(puts);
    expect(answers.filter((answer) => answer === 'stored')).toHaveLength(11);
    expect(answers.filter((answer) => answer === 'node_full')).toHaveLength(19);
    expect(node.usedBytes()).toBe(990);
    expect((await client.listObjects({ bucket: 'bucket', limit: 100 })).objects).toHaveLength(11);
  });

  it('keeps buckets, objects, parts and their count over a restart, and nothing that was never acknowledged', async () => {
    const { node, directory, client } = await opened();
    await client.put(object);
    const at = { bucket: 'bucket', key: 'm/1' };
    const multipart = await client.beginMultipart({ ...at, contentType: 'text/plain' });
    const part = { number: 1, size: 6, sha256: object.sha256 };
    const { etag } = await client.putPart({ ...at, multipart, ...part, body: object.body });
    await node.stop();
    started.splice(started.indexOf(node), 1);
    const again = await start({ directory, capacityBytes: 1000 });
    expect(again.node.usedBytes()).toBe(12);
    const reopened = again.subject.open();
    expect(await reopened.listBuckets()).toEqual(['bucket']);
    expect(await textOf(reopened, object)).toBe('abcdef');
    await reopened.completeMultipart({ ...at, multipart, parts: [{ ...part, etag }] });
    expect(await textOf(reopened, at)).toBe('abcdef');
    expect(readdirSync(join(directory, 'parts'))).toEqual([]);
  });

  it('takes an old and a new key at once, until the old one is taken away', async () => {
    const { node, subject } = await opened();
    const renewed = { accessKeyId: 'two', secretAccessKey: 'other' };
    const before = subject.open();
    node.setCredentials([credentials, renewed]);
    const after = subject.open({ secrets: async () => renewed });
    await before.put(object);
    expect(await textOf(after, object)).toBe('abcdef');
    node.setCredentials([renewed]);
    expect(await codeOf(before.head(object))).toBe('node_refused');
    expect(await after.head(object)).toMatchObject({ size: 6 });
  });

  it('does not answer while it is down, and lies when it is told to', async () => {
    const { node, client } = await opened();
    node.faults.down = true;
    expect(await codeOf(client.head(object))).toBe('node_unavailable');
    node.faults.down = false;
    node.faults.lies = 'stores-nothing';
    await client.put(object);
    expect(await client.head(object)).toBeUndefined();
    node.faults.lies = 'truncates';
    await client.put(object);
    expect(await textOf(client, object)).toBe('abc');
    expect(node.usedBytes()).toBe(3);
    node.faults.lies = 'never';
    node.faults.full = true;
    expect(await codeOf(client.put(object))).toBe('node_full');
  });

  it('is found good by a probe, with signed requests over HTTP', async () => {
    const { node, client } = await opened(10_000);
    const probing = { bucket: 'probes', now: () => new Date() };
    const capabilities = { checksums: true, partChecksums: true, tellsChecksum: true };
    expect(await probeNode(client, probing)).toMatchObject({ ok: true, capabilities });
    expect(node.usedBytes()).toBe(0);
    node.faults.lies = 'truncates';
    expect(await probeNode(client, probing)).toMatchObject({ ok: false, failed: [{ check: 'get' }] });
  });

  it('lets browsers of any origin use its signed URLs', async () => {
    const { node } = await opened();
    const answer = await fetch(`${node.endpoint}/bucket/a/1`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://admin.shop.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type, x-amz-checksum-sha256',
      },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });
});
