import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryNode, openMemoryNodes, type MemoryNode } from '../../prove/storage/memory-node.ts';
import { nodeId } from '../../functions/storage/ids.ts';
import { codeOf, textObject, textOf } from './contract/read.ts';
import { nodeContract } from './node-contract.ts';
import { bytesOf, sha256, type Answer, type NodeSubject } from './node-subject.ts';

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const GIB = 1024 ** 3;

const answerOf = ({ status, headers, body }: Awaited<ReturnType<MemoryNode['fetch']>>): Answer => ({
  status,
  header: (name) => headers[name] ?? null,
  bytes: body,
});

/** The secret is part of the key that a memory node knows. */
const memorySubject = (capacityBytes = GIB): NodeSubject => {
  const node = createMemoryNode({
    name: 'one',
    capacityBytes,
    now: () => new Date(),
    accessKeys: [JSON.stringify(credentials)],
  });
  return {
    credentials,
    open: ({ secrets = async () => credentials, now } = {}) => {
      let known: string | undefined;
      const read = async () => (known = JSON.stringify(await secrets('node')));
      return node.client(async () => {
        if (known === undefined || !node.accessKeys.has(known)) await read();
        return known !== undefined && node.accessKeys.has(known) ? known : await read();
      }, now);
    },
    send: async (request, body, headers = request.headers) => answerOf(await node.send(request, body, headers)),
    fetch: async (url, headers = {}) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? [];
      const range = start === undefined ? undefined : { start: Number(start), end: Number(end) };
      return answerOf(await node.fetch(url, range));
    },
    full: async (bucket) => {
      const client = memorySubject(4 * 1024 ** 2).open();
      await client.ensureBucket(bucket);
      return client;
    },
  };
};

describe('a memory node', () => {
  let subject: NodeSubject;
  beforeEach(() => {
    subject = memorySubject();
  });
  nodeContract(
    () => subject,
    { checksums: true, partChecksums: true, tellsChecksum: true },
    { 'another region than the node has is told as such': 'it is in no region' },
  );
});

describe('a fault of a memory node', () => {
  let time = Date.parse('2026-01-01T00:00:00Z');
  const node = () =>
    createMemoryNode({
      name: 'node-1',
      capacityBytes: 1000,
      now: () => new Date(time),
      wait: async (milliseconds) => void (time += milliseconds),
    });
  const opened = async () => {
    const memory = node();
    const open = openMemoryNodes([memory]);
    const client = open({
      id: nodeId.derive('1'),
      endpoint: 'memory://node-1',
      region: 'x',
      pathStyle: true,
      secret: 'node-1',
    });
    await client.ensureBucket('b');
    return { memory, client };
  };
  const object = textObject('b', 'a/1', 'abcdef');

  it('down: no call and no URL is answered', async () => {
    const { memory, client } = await opened();
    const url = await client.signGet({ ...object, seconds: 60, disposition: 'inline' });
    memory.faults.down = true;
    expect(await codeOf(client.put(object))).toBe('node_unavailable');
    expect(await codeOf(memory.fetch(url))).toBe('node_unavailable');
    memory.faults.down = false;
    expect((await memory.fetch(url)).status).toBe(404);
  });

  it('a node that stores nothing, or half of it, says that it did', async () => {
    const { memory, client } = await opened();
    memory.faults.lies = 'stores-nothing';
    await client.put(object);
    expect(await client.head(object)).toBeUndefined();
    memory.faults.lies = 'truncates';
    const request = await client.signPut({ ...object, seconds: 60 });
    expect((await memory.send(request, object.body, request.headers)).status).toBe(200);
    expect(await textOf(client, object)).toBe('abc');
    expect(memory.usedBytes()).toBe(3);
  });

  it('a node that truncates completes a multipart upload of truncated parts', async () => {
    const { memory, client } = await opened();
    memory.faults.lies = 'truncates';
    const at = { bucket: 'b', key: 'm/1', multipart: await client.beginMultipart({ ...object, key: 'm/1' }) };
    const part = { number: 1, size: 6, sha256: object.sha256 };
    const { etag } = await client.putPart({ ...at, ...part, body: object.body });
    await client.completeMultipart({ ...at, parts: [{ ...part, etag }] });
    expect(await client.head(at)).toMatchObject({ size: 3 });
  });

  it('slow: calls take the time of the clock, and too slow is no answer', async () => {
    const { memory, client } = await opened();
    const before = time;
    memory.faults.slowMs = 3000;
    await client.put(object);
    expect(time - before).toBe(3000);
    memory.faults.slowMs = 60_000;
    expect(await codeOf(client.head(object))).toBe('node_unavailable');
    expect(time - before).toBe(15_000);
  });

  it('flapping: every second call fails, or is carried out without an answer', async () => {
    const { memory, client } = await opened();
    memory.faults.failsEvery = 2;
    expect(await codeOf(client.put(object))).toBe('node_unavailable');
    expect(await client.head(object)).toBeUndefined();
    memory.faults.failsEvery = 0;
    memory.faults.losesEvery = 2;
    expect(await codeOf(client.put(object))).toBe('node_unavailable');
    expect(await client.head(object)).toMatchObject({ size: 6 });
  });

  it('full, or over a capacity that was made smaller: nothing comes in, and everything can go', async () => {
    const { memory, client } = await opened();
    await client.put(object);
    memory.capacityBytes = 3;
    expect(await codeOf(client.put({ ...object, key: 'a/2' }))).toBe('node_full');
    await client.remove(object);
    expect(memory.usedBytes()).toBe(0);
    memory.capacityBytes = 1000;
    memory.faults.full = true;
    const request = await client.signPut({ ...object, seconds: 60 });
    expect((await memory.send(request, object.body, request.headers)).status).toBe(507);
  });

  it('checksums that are not checked or not told', async () => {
    const { memory, client } = await opened();
    memory.faults.checks = false;
    memory.faults.tells = false;
    await client.put({ ...object, sha256: sha256(bytesOf('another')) });
    expect(await client.head(object)).toEqual({ size: 6, sha256: null });
  });

  it('credentials that are refused, and those that follow', async () => {
    const { memory, client } = await opened();
    memory.accessKeys.clear();
    expect(await codeOf(client.head(object))).toBe('node_refused');
    memory.accessKeys.add('key');
    expect(await client.head(object)).toBeUndefined();
  });
});
