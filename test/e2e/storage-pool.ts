import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { inject } from 'vitest';
import { keepSecret } from '../../lib/client/storage/local-nodes.ts';
import { addNode, changeNode, type NodeToAdd, ShownNode } from '../../lib/client/storage/nodes.ts';
import { type LocalStorageNode, startStorageNode } from '../../lib/local/storage-nodes/storage-node.ts';
import { api, operatorKey, unique } from './world.ts';

export const operator = { api, credential: operatorKey };
const deployment = inject('deployment');
const MIB = 1024 ** 2;

/** URLs that live for seconds, so that a test need not wait for the end of longer ones. */
const LIFETIMES = { putSeconds: 10, getSeconds: 5, downloadSeconds: 0 };

/** Storage nodes of a test file, each a store in this process, in a pool that no other test uses. */
export const storagePool = () => {
  const pool = unique('pool');
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-nodes-'));
  const servers: LocalStorageNode[] = [];
  const stores = new Map<string, S3Client>();
  return {
    pool,
    /** An active node. */
    add: async (capacityBytes = 64 * MIB, changes: Partial<NodeToAdd> = {}): Promise<ShownNode> => {
      const name = unique('node');
      const credentials = { accessKeyId: name, secretAccessKey: unique('secret') };
      const server = await startStorageNode({
        directory: mkdtempSync(join(directory, 'node-')),
        capacityBytes: 64 * MIB,
        credentials: [credentials],
        region: 'local',
        log: { write: () => undefined },
      });
      servers.push(server);
      const secret = `cartwright/${deployment.stage}/storage/${name}`;
      await keepSecret(deployment, secret, JSON.stringify(credentials));
      const node = await addNode(operator, {
        name,
        endpoint: server.endpoint,
        region: 'local',
        zone: 'local',
        pool,
        secret,
        capacityBytes,
        lifetimes: LIFETIMES,
        ...changes,
      });
      const { endpoint } = server;
      stores.set(node.id, new S3Client({ endpoint, region: 'local', credentials, forcePathStyle: true }));
      return changeNode(operator, ShownNode, node, 'activate');
    },
    /** The store behind a node, for who goes past the API. */
    store: ({ id }: Pick<ShownNode, 'id'>): S3Client => {
      const store = stores.get(id);
      if (store === undefined) throw new Error(`${id} is no node of this pool`);
      return store;
    },
    stop: async () => {
      for (const store of stores.values()) store.destroy();
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
