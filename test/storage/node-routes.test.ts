import { describe, expect, it } from 'vitest';
import { activateNode } from '../../functions/storage/activate-node.ts';
import { checkNode } from '../../functions/storage/check-node.ts';
import { createNode } from '../../functions/storage/create-node.ts';
import { getNode } from '../../functions/storage/get-node.ts';
import { listNodes } from '../../functions/storage/list-nodes.ts';
import { acceptingAfter, failureReports, nodeHealth } from '../../functions/storage/node-health.ts';
import { nodeId } from '../../functions/storage/ids.ts';
import { NewNode } from '../../functions/storage/node-input.ts';
import type { SignedRequest } from '../../functions/storage/node-client.ts';
import { nodeSecrets } from '../../functions/storage/node-secrets.ts';
import { probeNode } from '../../functions/storage/probe.ts';
import { probeNodes } from '../../functions/storage/probe-nodes.ts';
import { setReadOnly } from '../../functions/storage/set-read-only.ts';
import { updateNode } from '../../functions/storage/update-node.ts';
import { createMemoryNode } from '../../prove/storage/memory-node.ts';
import { blank, idempotencyOf, operator } from '../tenants/fixtures.ts';
import { nodeTable, NOW } from './node-fixtures.ts';

const PREFIX = 'cartwright/dev/storage/';
const body = {
  name: 'node-1',
  endpoint: 'https://s3.example.com',
  region: 'eu-central-1',
  zone: 'a',
  secret: `${PREFIX}node-1`,
  capacityBytes: 1_000_000,
};

/** Operators, a node in memory behind every endpoint, and the secrets: `key` is known to the node. */
const world = () => {
  const clock = { now: NOW };
  const now = () => clock.now;
  const { nodes } = nodeTable();
  const store = createMemoryNode({ name: 'store', capacityBytes: 1_000_000, now });
  const stored = new Map([
    [`${PREFIX}node-1`, JSON.stringify({ accessKeyId: 'key', secretAccessKey: 's' })],
    [`${PREFIX}other`, JSON.stringify({ accessKeyId: 'unknown', secretAccessKey: 's' })],
    [`${PREFIX}broken`, 'no json'],
  ]);
  const read = async (name: string) => {
    const value = stored.get(name);
    if (value === undefined) throw Object.assign(new Error('none'), { name: 'ResourceNotFoundException' });
    return value;
  };
  const secrets = nodeSecrets({ read }, PREFIX);
  const clientOf = ({ secret }: { readonly secret: string }) =>
    store.client(async () => (await secrets(secret)).accessKeyId, now);
  const health = nodeHealth({ nodes, now });
  const told: string[] = [];
  const send = async (request: SignedRequest, bytes: Uint8Array) =>
    (await store.send(request, bytes, request.headers)).status;
  const probe = (node: { readonly secret: string }) => probeNode(clientOf(node), { bucket: 'probe', now, send });
  const deps = { nodes, secrets, probe, addressesOf: async () => ['203.0.113.7'], awsIsLocal: false, now };
  const call = { ...blank, caller: operator };
  const add = async (change: object = {}, key = 'request-1') => {
    const said = NewNode.parse({ ...body, ...change });
    return createNode(deps)({ ...call, body: said, idempotency: idempotencyOf(key, said) });
  };
  const added = async () => nodeId.schema.parse((await add()).body.id);
  const look = probeNodes({
    nodes,
    health,
    check: (node) => checkNode(clientOf(node), 'probe', now),
    tell: (_, message) => told.push(message),
  });
  return { clock, nodes, store, stored, health, told, deps, call, add, added, look };
};

const active = async () => {
  const w = world();
  const id = await w.added();
  const request = { ...w.call, params: { nodeId: id } };
  const { body: node } = await activateNode(w.deps)({ ...request, ifMatch: 1 });
  return { ...w, id, node, request };
};

describe('POST /v1/storage/nodes', () => {
  it('adds a node that takes nothing yet, and answers a replay with it', async () => {
    const w = world();
    const { body: node, location } = await w.add();
    expect(node).toMatchObject({ state: 'joining', epoch: 1, pool: 'main', lifetimes: { putSeconds: 900 } });
    expect(location).toBe(`/v1/storage/nodes/${node.id}`);
    expect(await w.add()).toMatchObject({ body: { id: node.id }, replayed: true });
    await expect(w.add({}, 'request-2')).rejects.toMatchObject({ code: 'node_name_taken' });
  });

  it.each([
    ['is not there', `${PREFIX}none`, 'There is no secret'],
    ['is not of a node', 'cartwright/dev/platform/operator-key', `begins with ${PREFIX}`],
    ['is of another form', `${PREFIX}broken`, 'is not of the form'],
  ])('refuses a secret that %s', async (_, secret, says) => {
    await expect(world().add({ secret })).rejects.toMatchObject({
      code: 'node_secret_refused',
      message: expect.stringContaining(says),
    });
  });
});

describe('GET /v1/storage/nodes', () => {
  it('lists nodes by name, page by page, without those that are retired', async () => {
    const w = world();
    for (const name of ['node-3', 'node-1', 'node-2']) await w.add({ name }, name);
    const [gone] = (await w.nodes.nodes()).filter(({ name }) => name === 'node-2');
    if (gone !== undefined) await w.nodes.changeNode(gone, { ...gone, state: 'retired', epoch: 2 });
    const page = (cursor?: string) => listNodes(w)({ ...w.call, query: { limit: 1, cursor, state: undefined } });
    const first = await page();
    const second = await page(first.body.next ?? '');
    expect([first, second].flatMap(({ body: { items } }) => items.map(({ name }) => name))).toEqual([
      'node-1',
      'node-3',
    ]);
    expect(second.body.next).toBeNull();
    const retired = await listNodes(w)({ ...w.call, query: { limit: 9, cursor: undefined, state: 'retired' } });
    expect(retired.body.items.map(({ name }) => name)).toEqual(['node-2']);
  });
});

describe('a node', () => {
  it('is active when it keeps what it is given, and what it can is known', async () => {
    const { node, nodes, id, request } = await active();
    expect(node).toMatchObject({
      state: 'active',
      epoch: 2,
      capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
      report: { skewMs: 0 },
      activatedAt: NOW.toISOString(),
    });
    expect(await getNode({ nodes })({ ...request, params: { nodeId: id } })).toMatchObject({
      version: 2,
      body: { space: { capacityBytes: 1_000_000, takenBytes: 0, freeBytes: 1_000_000, objects: 0 } },
    });
  });

  it('leaves nothing of its probe behind', async () => {
    const { store } = await active();
    expect(store.usedBytes()).toBe(0);
  });

  it('that checks no checksums is active without these capabilities', async () => {
    const w = world();
    w.store.faults.checks = false;
    w.store.faults.tells = false;
    const id = await w.added();
    const { body: node } = await activateNode(w.deps)({ ...w.call, params: { nodeId: id }, ifMatch: 1 });
    expect(node.capabilities).toEqual({ checksums: false, partChecksums: false, tellsChecksum: false });
  });

  it.each([
    ['stores nothing', { lies: 'stores-nothing' as const }],
    ['truncates', { lies: 'truncates' as const }],
    ['refuses its credentials', { refuses: true }],
    ['does not answer', { down: true }],
    ['is full', { full: true }],
  ])('that %s does not become active, and the reasons are said', async (_, faults) => {
    const w = world();
    const id = await w.added();
    Object.assign(w.store.faults, faults);
    const activate = activateNode(w.deps)({ ...w.call, params: { nodeId: id }, ifMatch: 1 });
    await expect(activate).rejects.toMatchObject({
      code: 'node_unfit',
      status: 422,
      extensions: { problems: expect.arrayContaining([expect.any(String)]) },
    });
    expect(await w.nodes.node(id)).toMatchObject({ state: 'joining', epoch: 1 });
  });

  it('is changed by the first of two operators; the other reads again', async () => {
    const { deps, request, nodes, id } = await active();
    const late = { ...request, ifMatch: 1 };
    const changes = [
      setReadOnly(deps)(late),
      activateNode(deps)(late),
      updateNode(deps)({ ...late, body: { weight: 7 } }),
    ];
    for (const change of changes) await expect(change).rejects.toMatchObject({ code: 'version_mismatch', status: 412 });
    const both = [1, 2].map(() => setReadOnly(deps)({ ...request, ifMatch: 2 }).catch(({ code }) => code));
    expect(await Promise.all(both)).toEqual(expect.arrayContaining(['version_mismatch', expect.anything()]));
    expect(await nodes.node(id)).toMatchObject({ state: 'read-only', epoch: 3 });
  });

  it('gets another secret when the node knows it, and keeps the old one otherwise', async () => {
    const { deps, request, nodes, id, store } = await active();
    const change = () => updateNode(deps)({ ...request, body: { secret: `${PREFIX}other` }, ifMatch: 2 });
    await expect(change()).rejects.toMatchObject({ code: 'node_unfit' });
    expect(await nodes.node(id)).toMatchObject({ secret: `${PREFIX}node-1`, epoch: 2 });
    store.accessKeys.add('unknown');
    expect((await change()).body).toMatchObject({ secret: `${PREFIX}other`, epoch: 3, state: 'active' });
  });

  it('keeps what a change of its lifetimes does not name', async () => {
    const { deps, request } = await active();
    const { body: node } = await updateNode(deps)({ ...request, body: { lifetimes: { getSeconds: 60 } }, ifMatch: 2 });
    expect(node.lifetimes).toEqual({ putSeconds: 900, getSeconds: 60, downloadSeconds: 3600 });
  });
});

describe('the breaker', () => {
  it('takes a node down after three failures in a row, and brings it back as it was', async () => {
    const { deps, request, nodes, id, store, look, told } = await active();
    await setReadOnly(deps)({ ...request, ifMatch: 2 });
    store.faults.down = true;
    expect(await look()).toMatchObject({ failed: 1 });
    expect(await look()).toMatchObject({ failed: 1 });
    expect(await look()).toMatchObject({ down: 1 });
    expect(await nodes.node(id)).toMatchObject({ state: 'down', before: 'read-only', epoch: 4 });
    expect(await look()).toMatchObject({ failed: 1, down: 0 });
    store.faults.down = false;
    expect(await look()).toMatchObject({ back: 1 });
    expect(await nodes.node(id)).toMatchObject({ state: 'read-only', before: null, failures: 0, epoch: 5 });
    expect(told).toContain('The node node-1 is back');
  });

  it('forgets failures with the first success', async () => {
    const { nodes, id, store, look } = await active();
    for (const down of [true, true, false, true, true]) {
      store.faults.down = down;
      await look();
    }
    expect(await nodes.node(id)).toMatchObject({ state: 'active', failures: 2 });
  });

  it('sees a node that says it stored what it did not', async () => {
    const { nodes, id, store, look } = await active();
    store.faults.lies = 'stores-nothing';
    for (const _ of [1, 2, 3]) await look();
    expect(await nodes.node(id)).toMatchObject({ state: 'down' });
  });

  it('counts what others saw fail, and leaves nodes alone that are not in use', async () => {
    const { nodes, id, health } = await active();
    const report = failureReports(nodes, health);
    for (const _ of [1, 2, 3]) await report(id);
    expect(await nodes.node(id)).toMatchObject({ state: 'down', before: 'active' });
    const w = world();
    const joining = await w.added();
    for (const _ of [1, 2, 3]) await failureReports(w.nodes, w.health)(joining);
    expect(await w.nodes.node(joining)).toMatchObject({ state: 'joining', failures: 0 });
  });

  it('does nothing where an operator was faster', async () => {
    const { nodes, id, deps, request, health } = await active();
    const [seen] = (await nodes.nodes()).map((node) => ({ ...node, failures: 2 }));
    expect(seen).toBeDefined();
    await setReadOnly(deps)({ ...request, ifMatch: 2 });
    if (seen !== undefined) expect(await health.failed(seen)).toBe('counted');
    expect(await nodes.node(id)).toMatchObject({ state: 'read-only' });
  });

  it('keeps when the node was seen, and closes one that is full', async () => {
    const { nodes, id, store, look, clock } = await active();
    clock.now = new Date(NOW.getTime() + 60_000);
    await look();
    expect(await nodes.node(id)).toMatchObject({ report: { at: clock.now.toISOString() }, accepting: true, epoch: 2 });
    store.faults.full = true;
    await look();
    expect(await nodes.node(id)).toMatchObject({ state: 'active', accepting: false });
  });
});

describe('whether a node takes more', () => {
  const at = (before: boolean, takenBytes: number) => acceptingAfter(before, { takenBytes, capacityBytes: 1000 });

  it('ends at the high mark and begins again below the low one', () => {
    expect([at(true, 849), at(true, 850), at(false, 849), at(false, 800), at(false, 799)]).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
  });
});
