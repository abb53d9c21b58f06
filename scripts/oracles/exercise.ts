/**
 * Starts one oracle on 127.0.0.1, runs its contract suites against it, and stops it:
 * `node scripts/oracles/exercise.ts NAME FOLDER REPORT`. Ends with 0 when all cases passed, 1 when one failed, and
 * `NOT_STARTED` when the oracle did not come up. A process of its own, so that it can be put into a network of its own.
 */
import { spawn } from 'node:child_process';
import { NOT_STARTED } from './exercised.ts';
import { oracles } from './oracles.ts';
import { exited, startServer } from './server.ts';

const [name, folder = '', report = ''] = process.argv.slice(2);
const oracle = oracles.find((each) => each.name === name);
if (oracle === undefined) throw new Error(`no oracle is called ${name}`);

const starting = startServer(folder, (port) => oracle.serve(folder, port));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void starting.then((server) => server?.stop()).then(() => process.exit(1)));
}
const server = await starting;
if (server === undefined) {
  process.exitCode = NOT_STARTED;
} else {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const tests = spawn('vitest', ['run', '--project', 'oracle', ...reporters, ...oracle.suites], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [oracle.urlVariable]: server.url },
  });
  process.exitCode = (await exited(tests)) === 0 ? 0 : 1;
  await server.stop();
}
