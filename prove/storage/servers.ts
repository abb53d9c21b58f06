import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalNode } from '../../lib/client/storage/local-nodes.ts';
import { startStorageNode } from '../../lib/local/storage-nodes/storage-node.ts';
import { installedIn } from '../../scripts/oracles/install.ts';
import { startServer } from '../../scripts/oracles/server.ts';
import { newRun, type Run, type Store, stores } from '../../scripts/storage-matrix/stores.ts';

/** A server that can be made a node, and the word for what it is. */
export interface NodeServer {
  readonly kind: string;
  readonly node: LocalNode;
  stop(): Promise<void>;
}
export interface ServerPlan {
  readonly name: string;
  /** Of the node; the server itself has more, so that it is the reservations that keep it from being filled. */
  readonly capacityBytes: number;
  readonly lifetimes: NonNullable<LocalNode['lifetimes']>;
}

const SERVER_BYTES = 100 * 1024 ** 3;

/** A storage node of the local cloud, in this process. */
const startLocalServer = async (folder: string, plan: ServerPlan): Promise<NodeServer> => {
  const directory = join(folder, plan.name);
  mkdirSync(directory, { recursive: true });
  const keys = {
    accessKeyId: `key-${randomBytes(4).toString('hex')}`,
    secretAccessKey: randomBytes(16).toString('hex'),
  };
  const region = 'local';
  const log = { write: ({ message }: { readonly message: string }) => console.error(message) };
  const server = await startStorageNode({ directory, capacityBytes: SERVER_BYTES, credentials: [keys], region, log });
  return {
    kind: 'local cloud',
    node: { ...plan, endpoint: server.endpoint, region, ...keys },
    stop: () => server.stop(),
  };
};

/** A store of the matrix, if it was installed by it. */
const startStore = async (store: Store, folder: string, plan: ServerPlan): Promise<NodeServer | undefined> => {
  const installed = installedIn(store);
  if (installed === undefined) return undefined;
  const home = join(folder, plan.name);
  mkdirSync(home, { recursive: true });
  const prepared = await newRun(installed, home);
  let run: Run | undefined;
  const server = await startServer(home, (port) => store.serve((run = { ...prepared, port })));
  if (server === undefined || run === undefined) return undefined;
  const problem = await store.prepare?.(run);
  if (problem !== undefined) {
    await server.stop();
    throw new Error(`${store.name} could not be set up: ${problem}`);
  }
  return {
    kind: `${store.name} ${store.version}`,
    node: { ...plan, endpoint: server.url, region: store.region, ...store.credentials },
    stop: () => server.stop(),
  };
};

/** Storage nodes of the local cloud for all. */
export const startLocalServers = (folder: string, plans: readonly ServerPlan[]): Promise<readonly NodeServer[]> =>
  Promise.all(plans.map((plan) => startLocalServer(folder, plan)));

/** A server for each plan: one store of the matrix after the other as far as they are installed, else the local cloud's own. */
export const startRealServers = async (
  folder: string,
  plans: readonly ServerPlan[],
): Promise<readonly NodeServer[]> => {
  const servers: NodeServer[] = [];
  for (const [index, plan] of plans.entries()) {
    const store = stores[index % stores.length];
    const real = store === undefined ? undefined : await startStore(store, folder, plan);
    servers.push(real ?? (await startLocalServer(folder, plan)));
  }
  return servers;
};
