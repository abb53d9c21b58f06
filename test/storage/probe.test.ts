import { describe, expect, it } from 'vitest';
import { probeNode, type SendSigned } from '../../functions/storage/probe.ts';
import { createMemoryNode } from '../../prove/storage/memory-node.ts';

const AT = Date.parse('2026-01-01T00:00:00Z');
const now = () => new Date(AT);
const opened = (skewMs = 0) => {
  const node = createMemoryNode({ name: 'node-1', capacityBytes: 1_000_000, now: () => new Date(AT + skewMs) });
  const client = node.client(() => 'key');
  const send: SendSigned = async (request, body) => (await node.send(request, body, request.headers)).status;
  return { node, client, probing: { bucket: 'probes', now, send } };
};

describe('a probe', () => {
  it('finds a good node good, says how far its clock is ahead, and leaves nothing behind', async () => {
    const { node, client, probing } = opened(2000);
    expect(await probeNode(client, probing)).toEqual({
      ok: true,
      skewMs: 2000,
      capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
    });
    expect([node.usedBytes(), await client.listMultiparts('probes')]).toEqual([0, []]);
  });

  it('lists what a node lacks in the way of checksums', async () => {
    const { node, client, probing } = opened();
    node.faults.checks = false;
    node.faults.tells = false;
    expect(await probeNode(client, probing)).toMatchObject({
      ok: true,
      capabilities: { checksums: false, partChecksums: false, tellsChecksum: false },
    });
    expect(node.usedBytes()).toBe(0);
  });

  it.each([
    ['stores-nothing', /no such object|no object/],
    ['truncates', /stored 1024 bytes, and gave 512 others back/],
  ] as const)('fails a node that lies: %s', async (lies, reason) => {
    const { node, client, probing } = opened();
    node.faults.lies = lies;
    const report = await probeNode(client, probing);
    expect(report).toMatchObject({ ok: false, failed: [{ check: 'get', reason: expect.stringMatching(reason) }] });
  });

  it.each([
    [-400_000, 'behind'],
    [400_000, 'ahead'],
  ] as const)('fails a node whose clock is %i ms off', async (skewMs, word) => {
    const { client, probing } = opened(skewMs);
    expect(await probeNode(client, probing)).toMatchObject({
      ok: false,
      failed: [{ check: 'clock', reason: expect.stringContaining(`400 seconds ${word}`) }],
    });
  });

  it('fails a node that is down, full or refuses, with the reason', async () => {
    const { node, client, probing } = opened();
    node.faults.down = true;
    expect(await probeNode(client, probing)).toMatchObject({
      ok: false,
      failed: [{ check: 'bucket', reason: expect.stringContaining('it is down') }],
    });
    node.faults.down = false;
    node.faults.full = true;
    expect(await probeNode(client, probing)).toMatchObject({ ok: false, failed: [{ check: 'put' }] });
    node.faults.full = false;
    node.faults.refuses = true;
    expect(await probeNode(client, probing)).toMatchObject({ ok: false, failed: [{ check: 'bucket' }] });
  });

  it('fails a node without multipart uploads, and leaves none open', async () => {
    const { client, probing } = opened();
    const completeMultipart = () => client.completeMultipart({ bucket: 'probes', key: 'x', multipart: 'x', parts: [] });
    expect(await probeNode({ ...client, completeMultipart }, probing)).toMatchObject({
      ok: false,
      failed: [{ check: 'multipart' }],
    });
    expect(await client.listMultiparts('probes')).toEqual([]);
  });

  it('fails a node that does not list what it has', async () => {
    const { client, probing } = opened();
    const listObjects = async () => ({ objects: [], next: null });
    expect(await probeNode({ ...client, listObjects }, probing)).toMatchObject({
      ok: false,
      failed: [{ check: 'list' }],
    });
  });
});
