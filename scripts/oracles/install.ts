import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './commands.ts';
import type { Installation } from './installations.ts';

/** A program that is no npm package, at an exact version. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly installation: Installation;
}

/** Where such programs are kept between runs: outside of the work tree, in the user's cache unless CARTWRIGHT_ORACLES says where. */
export const cacheFolder = (): string =>
  process.env['CARTWRIGHT_ORACLES'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cartwright', 'oracles');

export type Installed = { readonly folder: string } | { readonly notRun: string };

/** The last line that says something, without colours. */
const lastLine = (output: string): string => {
  // oxlint-disable-next-line no-control-regex -- that is what a colour is
  const lines = output.replaceAll(/\u001B\[[\d;]*m/g, '').split('\n');
  return lines.map((line) => line.trim()).findLast((line) => line !== '') ?? '';
};

/** Finds a program in the cache, or installs it there until `signal` says that it took too long. */
export const install = async ({ name, version, installation }: Program, signal: AbortSignal): Promise<Installed> => {
  const missing = await installation.missing();
  if (missing !== undefined) return { notRun: missing };
  const folder = join(cacheFolder(), `${name.toLowerCase().replaceAll(' ', '-')}-${version}`);
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return { folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  console.log(`Installing ${name} ${version} into ${folder}`);
  for (const command of installation.commands(folder, version)) {
    const { ok, output } = await run(command, signal);
    if (signal.aborted) return { notRun: 'took too long to install; the next run goes on with what was downloaded' };
    if (!ok) return { notRun: `cannot be installed: ${command.command[0]} said: ${lastLine(output)}` };
  }
  writeFileSync(complete, '');
  return { folder };
};
