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

const folderOf = ({ name, version }: Program): string =>
  join(cacheFolder(), `${name.toLowerCase().replaceAll(' ', '-')}-${version}`);
/** Is in a folder once all of the program is. */
const COMPLETE = '.complete';

/** Where a program was installed earlier; undefined when it was not. */
export const installedIn = (program: Program): string | undefined => {
  const folder = folderOf(program);
  return existsSync(join(folder, COMPLETE)) ? folder : undefined;
};

/** Finds a program in the cache, or installs it there until `signal` says that it took too long. */
export const install = async (program: Program, signal: AbortSignal): Promise<Installed> => {
  const { name, version, installation } = program;
  const missing = await installation.missing();
  if (missing !== undefined) return { notRun: missing };
  const earlier = installedIn(program);
  if (earlier !== undefined) return { folder: earlier };
  const folder = folderOf(program);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  console.log(`Installing ${name} ${version} into ${folder}`);
  for (const command of installation.commands(folder, version)) {
    const { ok, output } = await run(command, signal);
    if (signal.aborted) return { notRun: 'took too long to install; the next run goes on with what was downloaded' };
    if (!ok) return { notRun: `cannot be installed: ${command.command[0]} said: ${lastLine(output)}` };
  }
  writeFileSync(join(folder, COMPLETE), '');
  return { folder };
};
