import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerCommand } from './oracles.ts';

/** The file, in the folder where a server runs, of what it said. */
export const SERVER_LOG = 'server.log';

const START_MS = 60_000;
const STOP_MS = 3000;

export interface RunningServer {
  readonly url: string;
  /** SIGTERM; SIGKILL when that was not enough. */
  stop(): Promise<void>;
}

/** A port of 127.0.0.1 that nobody has just now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

/** The exit code of a process, when it has ended. */
export const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode === null && child.signalCode === null
    ? new Promise((resolve) => child.on('close', resolve))
    : Promise.resolve(child.exitCode);

const answers = async (url: string, server: ChildProcess): Promise<boolean> => {
  const until = performance.now() + START_MS;
  while (performance.now() < until && server.exitCode === null) {
    try {
      await fetch(url, { signal: AbortSignal.timeout(5000) });
      return true; // whatever it says, it is there
    } catch {
      await pause(100);
    }
  }
  return false;
};

/** Starts a server in a folder, on a free port of 127.0.0.1; undefined when it did not come up. */
export const startServer = async (
  folder: string,
  serve: (port: number) => ServerCommand,
): Promise<RunningServer | undefined> => {
  const port = await freePort();
  const { command, env } = serve(port);
  const [program = '', ...args] = command;
  mkdirSync(join(folder, 'data'), { recursive: true });
  const log = openSync(join(folder, SERVER_LOG), 'w');
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited(child);
    clearTimeout(kill);
  };
  const url = `http://127.0.0.1:${port}`;
  if (await answers(url, child)) return { url, stop };
  await stop();
  return undefined;
};
