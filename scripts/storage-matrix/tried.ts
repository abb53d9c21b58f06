import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStorageNode } from '../../lib/local/storage-nodes/storage-node.ts';
import type { Installed } from '../oracles/install.ts';
import { startServer } from '../oracles/server.ts';
import { runContract, type ContractRun } from './contract-run.ts';
import { latencies, type Latencies } from './latency.ts';
import { newRun, type Run, type Store } from './stores.ts';
import type { Subject } from './subject.ts';

export type Tried = { readonly contract: ContractRun; readonly latencies: Latencies } | { readonly notRun: string };

const inFolder = async <Result>(work: (folder: string) => Promise<Result>): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-storage-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const tried = async (subject: Subject, folder: string, signal: AbortSignal): Promise<Tried> => ({
  contract: await runContract(subject, folder, signal),
  latencies: await latencies(subject),
});

/** Starts a store that is installed, tries it, and stops it. */
export const tryStore = (store: Store, found: Installed, signal: AbortSignal): Promise<Tried> =>
  inFolder(async (folder) => {
    if ('notRun' in found) return found;
    const prepared = await newRun(found.folder, folder);
    let run: Run | undefined;
    const server = await startServer(folder, (port) => store.serve((run = { ...prepared, port })));
    if (server === undefined || run === undefined) return { notRun: 'did not start' };
    try {
      const problem = await store.prepare?.(run);
      if (problem !== undefined) return { notRun: `could not be set up: ${problem}` };
      const { name, region, credentials } = store;
      const commands = store.small?.(run).map((command) => [...command]);
      const full = commands === undefined ? {} : { full: { commands } };
      return await tried({ name, endpoint: server.url, region, credentials, ...full }, folder, signal);
    } finally {
      await server.stop();
    }
  });

const KEY = { accessKeyId: 'matrix', secretAccessKey: 'matrix-secret' };
const LOCAL_REGION = 'local-1';
export const LOCAL_NODE = 'local cloud';

/** The same for a storage node of the local cloud. */
export const tryLocalNode = (signal: AbortSignal): Promise<Tried> =>
  inFolder(async (folder) => {
    const log = { write: ({ message }: { readonly message: string }) => console.error(message) };
    const start = (name: string, capacityBytes: number) => {
      const directory = join(folder, name);
      mkdirSync(directory);
      return startStorageNode({ directory, capacityBytes, credentials: [KEY], region: LOCAL_REGION, log });
    };
    const node = await start('node', 10 * 1024 ** 3);
    const small = await start('small', 3 * 1024 ** 2);
    try {
      const subject = { name: LOCAL_NODE, endpoint: node.endpoint, region: LOCAL_REGION, credentials: KEY };
      return await tried({ ...subject, full: { endpoint: small.endpoint } }, folder, signal);
    } finally {
      await node.stop();
      await small.stop();
    }
  });
