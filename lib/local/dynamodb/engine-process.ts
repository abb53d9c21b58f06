import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Stoppable } from '../contracts.ts';

/**
 * Where the engine's program is: its packages are named by Node's own platform and architecture names. Throws, with what
 * to do, when the platform's is not installed.
 */
export const engineBinary = (platform = `${process.platform}-${process.arch}`): string => {
  const name = `@dynoxide/${platform}`;
  try {
    return fileURLToPath(import.meta.resolve(`${name}/dynoxide`));
  } catch (cause) {
    throw new Error(
      `There is no DynamoDB engine for this platform yet. Either run "npm install --no-save ${name}@1.2.1", ` +
        'or give the URL of any DynamoDB-compatible endpoint: "npm start -- --engine-endpoint URL".',
      { cause },
    );
  }
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('No port could be had on 127.0.0.1');
  return address.port;
};

/**
 * Runs the engine ("$@") beside a reader of the pipe that its parent holds. When the parent is gone, however it ended,
 * the pipe closes and the engine is killed; when the engine ends, so does this.
 */
const KEEPER = `exec 3<&0
"$@" </dev/null 3<&- &
engine=$!
echo "engine $engine"
(cat <&3 >/dev/null; kill -KILL "$engine" 2>/dev/null) >/dev/null 2>&1 &
keeper=$!
wait "$engine"
status=$?
kill "$keeper" 2>/dev/null
exit "$status"`;

export interface EngineProcess extends Stoppable {
  readonly port: number;
  /** The engine's process id, for showing its CPU and memory. */
  readonly pid: number;
}

const ATTEMPTS = 3;

const start = async (file: string, onExit: (why: string) => void): Promise<EngineProcess> => {
  const port = await freePort();
  // Detached: a Ctrl-C in the terminal must not end the engine before those who still use it have finished.
  const keeper = spawn(
    'sh',
    ['-c', KEEPER, 'keeper', engineBinary(), 'serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', file],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  const lines: string[] = [];
  let stopping = false;
  const exited = new Promise<number | null>((resolve) => keeper.once('exit', resolve));
  const pid = await new Promise<number>((resolve, reject) => {
    let enginePid: number | undefined;
    let listening = false;
    const settle = (): void => {
      if (enginePid !== undefined && listening) resolve(enginePid);
    };
    createInterface({ input: keeper.stdout }).on('line', (line) => {
      const found = /^engine (\d+)$/.exec(line)?.[1];
      if (found !== undefined) enginePid = Number(found);
      settle();
    });
    createInterface({ input: keeper.stderr }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      if (line.includes('listening on')) listening = true;
      settle();
    });
    keeper.once('error', reject);
    void exited.then((status) =>
      reject(
        new Error(
          `The DynamoDB engine ended with status ${status}: ${lines.join(' ')}\nIf ${file} is damaged, ` +
            '"npm start -- --fresh" deletes the state and begins anew.',
        ),
      ),
    );
  });
  void exited.then((status) => {
    if (!stopping) onExit(`The DynamoDB engine ended with status ${status}: ${lines.join(' ')}`);
  });
  return {
    port,
    pid,
    async stop() {
      stopping = true;
      keeper.stdin.end();
      await exited;
    },
  };
};

/**
 * Starts the engine on a SQLite file, on a free port of 127.0.0.1. It never outlives this process. `onExit` is called
 * when it ends by itself.
 */
export const startEngine = async (file: string, onExit: (why: string) => void): Promise<EngineProcess> => {
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      return await start(file, onExit);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('in use')) throw error;
      failure = error;
    }
  }
  throw failure;
};
