import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Log } from '../contracts.ts';
import { PortInUse } from '../listen.ts';
import { type LocalStorageNode, startStorageNode } from '../storage-nodes/storage-node.ts';

const Kept = z.object({ name: z.string(), port: z.int(), accessKeyId: z.string(), secretAccessKey: z.string() });
type Kept = z.output<typeof Kept>;

/** A storage node of this machine, with all that is needed to add it. */
export interface RunningNode extends Kept {
  readonly endpoint: string;
  readonly region: string;
  readonly capacityBytes: number;
}
export interface RunningNodes {
  readonly nodes: readonly RunningNode[];
  stop(): Promise<void>;
}

const REGION = 'local';
/** Files take the disk space that they need, and no more. */
const CAPACITY_BYTES = 10 * 1024 ** 3;

const readKept = (file: string): readonly Kept[] => {
  if (!existsSync(file)) return [];
  try {
    return z.array(Kept).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(`${file} cannot be read. It holds the keys of the storage nodes: begin anew with --fresh.`, {
      cause,
    });
  }
};

const newKeys = () => ({
  accessKeyId: `local-${randomBytes(6).toString('hex')}`,
  secretAccessKey: randomBytes(24).toString('base64url'),
});

/**
 * Starts the storage nodes of a state directory, at least `count`, each in a directory of its own. Port and keys are kept:
 * the cloud knows its nodes by them. A new node takes the port `firstPort` or one of those after it, when it is free.
 */
export const startStorageNodes = async (options: {
  readonly stateDir: string;
  readonly count: number;
  readonly firstPort: number;
  readonly log: Log;
}): Promise<RunningNodes> => {
  const folder = join(options.stateDir, 'storage-nodes');
  const file = join(folder, 'nodes.json');
  const kept = readKept(file);
  const running: { readonly node: RunningNode; readonly server: LocalStorageNode }[] = [];
  const stop = async () => void (await Promise.all(running.map(({ server }) => server.stop())));

  const startAt = (name: string, port: number, keys: Pick<Kept, 'accessKeyId' | 'secretAccessKey'>) => {
    const directory = join(folder, name);
    mkdirSync(directory, { recursive: true });
    const settings = { capacityBytes: CAPACITY_BYTES, region: REGION, credentials: [keys], log: options.log };
    return startStorageNode({ directory, port, ...settings });
  };
  try {
    for (let at = 0; at < Math.max(options.count, kept.length); at += 1) {
      const known = kept[at];
      const name = known?.name ?? `local-${at + 1}`;
      const keys = known ?? newKeys();
      const server = await startAt(name, known?.port ?? portAfter(options.firstPort, at), keys).catch(
        (error: unknown) => {
          if (known !== undefined || !(error instanceof PortInUse)) throw error;
          return startAt(name, 0, keys);
        },
      );
      const { endpoint } = server;
      const { accessKeyId, secretAccessKey } = keys;
      const credentials = { accessKeyId, secretAccessKey };
      const port = Number(new URL(endpoint).port);
      const node = { name, port, endpoint, region: REGION, capacityBytes: CAPACITY_BYTES, ...credentials };
      running.push({ node, server });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const nodes = running.map(({ node }) => node);
  if (nodes.length > kept.length)
    writeFileSync(file, JSON.stringify(z.array(Kept).parse(nodes), null, 2), { mode: 0o600 });
  return { nodes, stop };
};

const portAfter = (first: number, at: number): number => (first === 0 ? 0 : first + at);
