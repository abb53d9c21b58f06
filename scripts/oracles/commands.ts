import { spawn } from 'node:child_process';

export interface Command {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly ok: boolean;
  /** What it wrote to both of its streams. */
  readonly output: string;
}

/** Runs a command to its end. A program that is not there has not ended well; when `signal` aborts, all that it started ends too. */
export const run = ({ command, cwd, env }: Command, signal?: AbortSignal): Promise<Ended> => {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    // A process group of its own, for it may start compilers and the like.
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, detached: true });
    const chunks: Buffer[] = [];
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const finish = (ended: Ended): void => {
      signal?.removeEventListener('abort', end);
      resolve(ended);
    };
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => finish({ ok: false, output: error.message }));
    child.on('close', (code) => finish({ ok: code === 0, output: Buffer.concat(chunks).toString() }));
  });
};
