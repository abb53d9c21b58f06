import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { type LocalStorageNode, startStorageNode } from '../../lib/local/storage-nodes/storage-node.ts';
import { type as, outcome } from './caller.ts';
import { asDeployer } from './deployer.ts';
import { api, operatorKey, unique } from './world.ts';

export const sha256Of = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const Node = z.looseObject({ id: z.string(), epoch: z.int() });

/** Storage nodes of a test's own, each a server on this machine, in a pool that only its shops use. */
export const storagePool = async (count: number) => {
  const pool = unique('pool');
  const directory = await mkdtemp(join(tmpdir(), 'cartwright-nodes-'));
  const secrets = new SecretsManagerClient(asDeployer);
  const { stage } = inject('deployment');
  const add = async (): Promise<LocalStorageNode & { readonly id: string }> => {
    const name = unique('node');
    const keys = { accessKeyId: unique('key'), secretAccessKey: unique('secret') };
    const server = await startStorageNode({
      directory: join(directory, name),
      capacityBytes: 1024 ** 3,
      credentials: [keys],
      log: { write: () => undefined },
    });
    const secret = `cartwright/${stage}/storage/${name}`;
    await secrets.send(new CreateSecretCommand({ Name: secret, SecretString: JSON.stringify(keys) }));
    const body = {
      name,
      pool,
      secret,
      endpoint: server.endpoint,
      region: 'us-east-1',
      zone: 'tests',
      capacityBytes: 1024 ** 3,
    };
    const made = await call(api, Node, 'POST', '/v1/storage/nodes', { credential: operatorKey, body });
    await call(api, Node, 'POST', `/v1/storage/nodes/${made.id}/activate`, {
      credential: operatorKey,
      headers: { 'if-match': `"v${made.epoch}"` },
    });
    return { ...server, id: made.id };
  };
  const nodes = await Promise.all(Array.from({ length: count }, add));
  return {
    pool,
    nodes,
    /** From now on, what the shop stores is stored in this pool. To be done before it stores anything. */
    use: async (shop: Shop): Promise<void> => {
      const path = `/v1/storage/tenants/${shop.tenantId}/quota`;
      await call(api, z.unknown(), 'PUT', path, { credential: operatorKey, body: { pool } });
    },
    stop: async (): Promise<void> => {
      secrets.destroy();
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
};

const Announced = z.looseObject({
  id: z.string(),
  fileId: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});
const Completed = z.looseObject({ fileId: z.string(), publicUrl: z.string().nullable(), number: z.int() });

/** Uploads files, as their shop's `staff`. */
export const uploading = (staff: ReturnType<typeof as>) => {
  const announce = async (path: string, text: string, more: object = {}, headers = {}) => {
    const body = { path, size: Buffer.byteLength(text), sha256: sha256Of(text), contentType: 'text/plain', ...more };
    const made = await staff.post('/v1/storage/uploads', body, headers);
    if (made.status !== 201) throw new Error(`The upload of ${path} was not announced: ${outcome(made)}`);
    const { id, fileId, url, headers: signed } = Announced.parse(made.body);
    const send = async (bytes: string): Promise<number> =>
      (await fetch(url, { method: 'PUT', headers: signed, body: bytes })).status;
    return { id, fileId, send, complete: () => staff.post(`/v1/storage/uploads/${id}/complete`) };
  };
  const put = async (path: string, text: string, more: object = {}, headers = {}) => {
    const upload = await announce(path, text, more, headers);
    const sent = await upload.send(text);
    if (sent !== 200) throw new Error(`The node answered ${sent} to the bytes of ${path}`);
    const completed = await upload.complete();
    return { ...Completed.parse(completed.body), etag: completed.headers['etag'] ?? '' };
  };
  return { announce, put };
};

/** The bytes that a redirect leads to. */
export const follow = async (location: string | undefined, headers: Record<string, string> = {}) => {
  const answer = await fetch(location ?? '', { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
