import { createServer } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { keepSecret } from '../../lib/client/storage/local-nodes.ts';
import { until } from '../../lib/client/until.ts';
import { listen } from '../../lib/local/listen.ts';
import { type LocalStorageNode, startStorageNode } from '../../lib/local/storage-nodes/storage-node.ts';
import { SELF_SIGNED } from '../fixtures/self-signed.ts';
import { as, outcome } from './caller.ts';
import { invoke } from './deployer.ts';
import { loginAsOwner } from './people.ts';
import { newShop, operatorKey, unique } from './world.ts';

const deployment = inject('deployment');
const operator = as(operatorKey);
const NODES = '/v1/storage/nodes';
const REGION = 'e2e-1';
const directory = mkdtempSync(join(tmpdir(), 'storage-nodes-'));
const credentials = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: `${accessKeyId}-secret` });

const Node = z.looseObject({ id: z.string(), name: z.string(), state: z.string(), epoch: z.number() });
const Problem = z.looseObject({ detail: z.string(), problems: z.array(z.string()) });

const stores: LocalStorageNode[] = [];
afterAll(async () => {
  for (const store of stores) await store.stop();
  rmSync(directory, { recursive: true });
});

/** A store of this process, with a secret that opens it, in a pool of no shop. */
const newStore = async (word: string) => {
  const name = unique(word);
  const store = await startStorageNode({
    directory: join(directory, name),
    capacityBytes: 50_000_000,
    credentials: [credentials('first')],
    region: REGION,
    log: { write: () => undefined },
  });
  stores.push(store);
  const secret = `cartwright/${deployment.stage}/storage/${name}`;
  await keepSecret(deployment, secret, JSON.stringify(credentials('first')));
  const body = {
    name,
    endpoint: store.endpoint,
    region: REGION,
    zone: 'a',
    pool: 'e2e',
    secret,
    capacityBytes: 1_000_000,
  };
  return { name, store, secret, body };
};

const added = async (body: object) => {
  const answer = await operator.post(NODES, body);
  expect(outcome(answer)).toBe('201');
  return Node.parse(answer.body);
};
const post = (node: { id: string }, action: string, epoch: number) =>
  operator.post(`${NODES}/${node.id}/${action}`, undefined, { 'if-match': `"v${epoch}"` });
const patch = (node: { id: string }, epoch: number, body: object) =>
  operator.patch(`${NODES}/${node.id}`, body, { 'if-match': `"v${epoch}"` });
const seen = async ({ id }: { id: string }) => Node.parse((await operator.get(`${NODES}/${id}`)).body);

/** An active node with its store. */
const newActive = async (word: string) => {
  const made = await newStore(word);
  const node = await added(made.body);
  expect(outcome(await post(node, 'activate', 1))).toBe('200');
  return { ...made, node };
};

describe('a storage node', () => {
  it('is added, activated, changed and closed by operators, each time at the epoch that they read', async () => {
    const { body, name } = await newStore('life');
    const node = await added(body);
    expect(node).toMatchObject({ name, state: 'joining', epoch: 1 });
    expect(outcome(await post(node, 'read-only', 1))).toBe('409 conflict');
    expect((await post(node, 'activate', 1)).body).toMatchObject({
      state: 'active',
      epoch: 2,
      capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
    });
    expect(outcome(await post(node, 'read-only', 1))).toBe('412 version_mismatch');
    expect(outcome(await patch(node, 1, { weight: 50 }))).toBe('412 version_mismatch');
    expect(outcome(await operator.patch(`${NODES}/${node.id}`, { weight: 50 }))).toBe('428 precondition_required');
    expect((await patch(node, 2, { weight: 50, capacityBytes: 2_000_000 })).body).toMatchObject({
      weight: 50,
      epoch: 3,
    });
    const shown = await operator.get(`${NODES}/${node.id}`);
    expect(shown.headers['etag']).toBe('"v3"');
    expect(shown.body).toMatchObject({ space: { capacityBytes: 2_000_000, takenBytes: 0, freeBytes: 2_000_000 } });
    expect((await post(node, 'read-only', 3)).body).toMatchObject({ state: 'read-only', epoch: 4 });
    expect((await post(node, 'activate', 4)).body).toMatchObject({ state: 'active', epoch: 5 });
  });

  it('is added once for a request, and a name is given once', async () => {
    const { body } = await newStore('once');
    const key = { 'idempotency-key': unique('node') };
    const [first, again] = [await operator.post(NODES, body, key), await operator.post(NODES, body, key)];
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    expect(outcome(await operator.post(NODES, { ...body, weight: 7 }, key))).toBe('422 idempotency_key_reused');
    expect(outcome(await operator.post(NODES, body))).toBe('409 node_name_taken');
    const { body: list } = await operator.get(`${NODES}?state=joining&limit=100`);
    expect(list).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ name: body.name })]) });
  });

  it.each([
    ['http to another machine', { endpoint: 'http://192.0.2.7:9000' }, '422 endpoint_refused'],
    ['the address of metadata', { endpoint: 'https://169.254.169.254' }, '422 endpoint_refused'],
    ['a path', { endpoint: 'https://127.0.0.1/bucket' }, '422 endpoint_refused'],
    [
      'a secret that is not there',
      { secret: `cartwright/${deployment.stage}/storage/none` },
      '422 node_secret_refused',
    ],
    ['a secret of others', { secret: `cartwright/${deployment.stage}/platform/key` }, '422 node_secret_refused'],
    ['no capacity', { capacityBytes: 0 }, '400 invalid_request'],
    ['a name with a space', { name: 'node 1' }, '400 invalid_request'],
    ['a weight of nothing', { weight: 0 }, '400 invalid_request'],
    ['a field that is not known', { port: 1 }, '400 invalid_request'],
  ])('is not added with %s', async (_, change, refusal) => {
    const { body } = await newStore('refused');
    expect(outcome(await operator.post(NODES, { ...body, ...change }))).toBe(refusal);
  });

  it('is changed by the first of two operators', async () => {
    const { node } = await newActive('two');
    const both = await Promise.all([post(node, 'read-only', 2), patch(node, 2, { weight: 9 })]);
    expect(both.map(outcome).toSorted()).toEqual(['200', '412 version_mismatch']);
  });

  it('keeps its old secret until the new one is known to work, and then needs the old key no more', async () => {
    const { node, store, secret } = await newActive('rotate');
    const next = `${secret}-next`;
    await keepSecret(deployment, next, JSON.stringify(credentials('second')));
    const refused = await patch(node, 2, { secret: next });
    expect(outcome(refused)).toBe('422 node_unfit');
    expect(await seen(node)).toMatchObject({ secret, epoch: 2 });
    store.setCredentials([credentials('first'), credentials('second')]);
    expect((await patch(node, 2, { secret: next })).body).toMatchObject({ secret: next, state: 'active', epoch: 3 });
    store.setCredentials([credentials('second')]);
    expect(outcome(await post(node, 'read-only', 3))).toBe('200');
    expect(outcome(await post(node, 'activate', 4))).toBe('200');
  });
});

describe('a node that cannot be used', () => {
  const refusalOf = async (body: object) => {
    const node = await added(body);
    const answer = await post(node, 'activate', 1);
    expect(outcome(answer)).toBe('422 node_unfit');
    expect(await seen(node)).toMatchObject({ state: 'joining', epoch: 1 });
    return Problem.parse(answer.body).problems.join(' ');
  };

  it.each([
    ['says that it stored what it did not', { lies: 'stores-nothing' as const }],
    ['stores the half', { lies: 'truncates' as const }],
    ['does not answer', { down: true }],
    ['is full', { full: true }],
  ])('because it %s does not join, and the reasons are said', async (_, faults) => {
    const { store, body } = await newStore('liar');
    Object.assign(store.faults, faults);
    expect(await refusalOf(body)).toMatch(/\w+ .*\./);
  });

  it('because it is in another region says so', async () => {
    const { body } = await newStore('region');
    expect(await refusalOf({ ...body, region: 'eu-west-9' })).toContain('region');
  });

  it('because its certificate is its own says so', async () => {
    const server = createServer(SELF_SIGNED, (_, response) => response.end());
    const { port } = new URL(await listen(server, { port: 0, what: 'The server', option: 'none' }));
    const { body } = await newStore('tls');
    try {
      expect(await refusalOf({ ...body, endpoint: `https://127.0.0.1:${port}` })).toContain('certificate');
    } finally {
      server.close();
    }
  });

  it('because its key is not known says so', async () => {
    const { store, body } = await newStore('key');
    store.setCredentials([credentials('another')]);
    expect(await refusalOf(body)).toContain('secret');
  });
});

describe('the breaker', () => {
  const probe = () => invoke('storage', 'probe-nodes');
  const stateAfterProbes = (node: { id: string }, state: string) =>
    until(`${node.id} to be ${state}`, async () => {
      await probe();
      const found = await seen(node);
      return found.state === state ? found : undefined;
    });

  it('takes a node down that does not answer, and brings it back as it was', async () => {
    const { node, store } = await newActive('down');
    expect(outcome(await post(node, 'read-only', 2))).toBe('200');
    store.faults.down = true;
    expect(await stateAfterProbes(node, 'down')).toMatchObject({ before: 'read-only', epoch: 4 });
    expect(outcome(await post(node, 'activate', 4))).toBe('409 conflict');
    store.faults.down = false;
    expect(await stateAfterProbes(node, 'read-only')).toMatchObject({ before: null, failures: 0, epoch: 5 });
  });

  it('leaves a node alone that is well', async () => {
    const { node } = await newActive('well');
    await probe();
    expect(await seen(node)).toMatchObject({ state: 'active', epoch: 2, failures: 0, accepting: true });
  });
});

describe('anybody else', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await newShop('nodes');
  });

  it('sees and changes no node', async () => {
    const { node } = await newActive('closed');
    for (const credential of [shop.secretKey, shop.publishableKey, await loginAsOwner(shop)]) {
      const other = as(credential, { 'if-match': '"v2"' });
      const answers = [
        await other.get(NODES),
        await other.get(`${NODES}/${node.id}`),
        await other.post(NODES, {}),
        await other.patch(`${NODES}/${node.id}`, { weight: 1 }),
        await other.post(`${NODES}/${node.id}/activate`),
        await other.post(`${NODES}/${node.id}/read-only`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    }
    expect(await seen(node)).toMatchObject({ state: 'active', epoch: 2 });
  });
});
