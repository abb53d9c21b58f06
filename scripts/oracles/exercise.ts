/**
 * Starts one oracle on 127.0.0.1, runs its contract suites against it, and stops it:
 * `node scripts/oracles/exercise.ts NAME FOLDER REPORT`. Ends with 0 when all cases passed, 1 when one failed, and
 * `NOT_STARTED` when the oracle did not come up. A process of its own, so that it can be put into a network of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NOT_STARTED, SERVER_LOG } from './exercised.ts';
import { oracles } from './oracles.ts';

const START_MS = 60_000;
const STOP_MS = 3000;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

const exited = (child: ChildProcess): Promise<number | null> =>
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

const stop = async (server: ChildProcess): Promise<void> => {
  server.kill('SIGTERM');
  const kill = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
  await exited(server);
  clearTimeout(kill);
};

const [name, folder = '', report = ''] = process.argv.slice(2);
const oracle = oracles.find((each) => each.name === name);
if (oracle === undefined) throw new Error(`no oracle is called ${name}`);

const port = await freePort();
const { command, env } = oracle.serve(folder, port);
const [program = '', ...args] = command;
mkdirSync(join(folder, 'data'), { recursive: true });
const log = openSync(join(folder, SERVER_LOG), 'w');
const server = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stop(server).then(() => process.exit(1)));
}
const url = `http://127.0.0.1:${port}`;
if (await answers(url, server)) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const tests = spawn('vitest', ['run', '--project', 'oracle', ...reporters, ...oracle.suites], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [oracle.urlVariable]: url },
  });
  process.exitCode = (await exited(tests)) === 0 ? 0 : 1;
} else {
  process.exitCode = NOT_STARTED;
}
await stop(server);
