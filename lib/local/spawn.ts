import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** What `bin/local.ts --ready-line` prints once when it serves. */
export const READY_WORD = 'CARTWRIGHT_READY';
export const Ready = z.object({ apiUrl: z.string(), awsUrl: z.string() });

export interface CloudProcess extends z.output<typeof Ready> {
  readonly pid: number;
  /** Ends it as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL for the whole process group: nothing gets a chance to tidy up. */
  kill(): Promise<void>;
  /** The last lines that it printed, for messages. */
  tail(): string;
}

export interface SpawnOptions {
  readonly stateDir: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets every line of the live log. */
  readonly onLine?: (line: string) => void;
}

const KEPT_LINES = 200;

/** Starts a local cloud in a process group of its own, on free ports, without demo shops, and waits until it serves. */
export const spawnCloud = async (options: SpawnOptions): Promise<CloudProcess> => {
  const program = fileURLToPath(new URL('../../bin/local.ts', import.meta.url));
  const args = [
    program,
    '--ready-line',
    '--bare',
    '--port',
    '0',
    '--aws-port',
    '0',
    '--state',
    options.stateDir,
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, ...options.env },
    // Being in a group of its own, it does not get what ends this process. It sees this pipe close, however that was.
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = new Promise<z.output<typeof Ready>>((resolve, reject) => {
    const take = (line: string): void => {
      if (line.startsWith(READY_WORD)) {
        resolve(Ready.parse(JSON.parse(line.slice(READY_WORD.length))));
        return;
      }
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      options.onLine?.(line);
    };
    createInterface({ input: child.stdout }).on('line', take);
    createInterface({ input: child.stderr }).on('line', take);
    child.once('error', reject);
    void exited.then((code) =>
      reject(new Error(`The local cloud ended with code ${code} before it served:\n${lines.slice(-30).join('\n')}`)),
    );
  });
  const { apiUrl, awsUrl } = await ready;
  const pid = child.pid;
  if (pid === undefined) throw new Error('The local cloud has no process id');
  return {
    apiUrl,
    awsUrl,
    pid,
    tail: () => lines.slice(-60).join('\n'),
    stop: async () => {
      child.kill('SIGINT');
      return exited;
    },
    kill: async () => {
      process.kill(-pid, 'SIGKILL');
      await exited;
    },
  };
};
