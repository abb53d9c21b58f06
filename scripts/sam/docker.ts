import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../oracles/commands.ts';

/** A Docker daemon that answers. */
export interface Docker {
  /** `DOCKER_HOST` for its clients. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the daemon, when it was started here. */
  stop(): Promise<void>;
}

const HOW = `Install Docker (https://docs.docker.com/engine/install; on Debian and Ubuntu: apt-get install docker.io iptables)
and start it, or run this as root: then it starts a daemon of its own. DOCKER_HOST names a daemon that is elsewhere.`;

const answers = async (env: Readonly<Record<string, string>>): Promise<boolean> =>
  (await run({ command: ['docker', 'version'], env })).ok;

const START_MS = 60_000;

const startDaemon = async (folder: string): Promise<Docker | { readonly missing: string }> => {
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'docker.sock');
  const env = { DOCKER_HOST: `unix://${socket}` };
  if (existsSync(socket) && (await answers(env))) return { env, stop: async () => undefined };
  const logFile = join(folder, 'docker.log');
  const log = openSync(logFile, 'w');
  const args = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const child: ChildProcess = spawn(
    'dockerd',
    [...args, '--host', env.DOCKER_HOST, '--pidfile', join(folder, 'docker.pid')],
    { stdio: ['ignore', log, log], detached: true },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const endWithParent = (): void => void child.kill('SIGTERM');
  process.once('exit', endWithParent);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', endWithParent);
  };
  const until = performance.now() + START_MS;
  while (performance.now() < until && child.exitCode === null && child.pid !== undefined) {
    if (await answers(env)) return { env, stop };
    await pause(200);
  }
  await stop();
  return { missing: `A Docker daemon could not be started; it said why in ${logFile}.\n${HOW}` };
};

/** The machine's Docker, or one that is started in `folder`, or what is missing and how to get it. */
export const findDocker = async (folder: string): Promise<Docker | { readonly missing: string }> => {
  if (!(await run({ command: ['docker', '--version'] })).ok) return { missing: `There is no docker.\n${HOW}` };
  if (await answers({})) return { env: {}, stop: async () => undefined };
  if (process.env['DOCKER_HOST'] !== undefined)
    return { missing: `No Docker daemon answers at DOCKER_HOST (${process.env['DOCKER_HOST']}).` };
  const mayStart = process.getuid?.() === 0 && (await run({ command: ['dockerd', '--version'] })).ok;
  return mayStart ? startDaemon(folder) : { missing: `No Docker daemon answers.\n${HOW}` };
};
