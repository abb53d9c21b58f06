import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Emulator } from './emulator.ts';
import { ADAPTED, Adapted, RUN_CONTEXT, type RunSettings } from './run-settings.ts';

const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

export interface Assembly {
  readonly directory: string;
  readonly stacks: number;
  readonly resources: number;
  /** How many resources each adaptation has changed. */
  readonly adapted: readonly number[];
}

const SUFFIX = '.template.json';

/** The last lines of what a command said, for a message. */
const tail = (output: string): string => output.trim().split('\n').slice(-25).join('\n');

/**
 * Synthesizes the app for the emulator into a directory, by the sources in `root`.
 * @throws with what the CLI said
 */
export const synthesize = async (
  emulator: Emulator,
  { settings, into, root = '.' }: { settings: Omit<RunSettings, 'endpoint'>; into: string; root?: string },
): Promise<Assembly> => {
  const directory = resolve(into);
  const context = JSON.stringify({ ...settings, endpoint: emulator.url } satisfies RunSettings);
  const app = 'node scripts/emulated/app.ts';
  const args = ['synth', '--quiet', '--app', app, '--output', directory, '--context', `${RUN_CONTEXT}=${context}`];
  const { ok, output } = await emulator.cdk(args, root);
  if (!ok) throw new Error(`cdk synth failed:\n${tail(output)}`);
  const templates = readdirSync(directory)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => Template.parse(JSON.parse(readFileSync(join(directory, file), 'utf8'))));
  return {
    directory,
    stacks: templates.length,
    resources: templates.reduce((sum, { Resources }) => sum + Object.keys(Resources).length, 0),
    adapted: Adapted.parse(JSON.parse(readFileSync(join(directory, ADAPTED), 'utf8'))),
  };
};

/** The stacks that a deployment changed, and those that it found as they should be, in the order of the deployment. */
export interface Deployed {
  readonly changed: readonly string[];
  readonly same: readonly string[];
}

/**
 * Deploys all stacks of an assembly.
 * @throws with what the CLI said
 */
export const deployAll = async (emulator: Emulator, { directory }: Assembly): Promise<Deployed> => {
  const { ok, output } = await emulator.cdk(['deploy', '--all', '--app', directory, '--require-approval', 'never']);
  if (!ok) throw new Error(`cdk deploy failed:\n${tail(output)}`);
  const done = [...output.matchAll(/✅ +(\S+)( \(no changes\))?/g)];
  return {
    changed: done.flatMap(([, stack = '', same]) => (same === undefined ? [stack] : [])),
    same: done.flatMap(([, stack = '', same]) => (same === undefined ? [] : [stack])),
  };
};

/**
 * Destroys all stacks of an assembly.
 * @throws with what the CLI said
 */
export const destroyAll = async (emulator: Emulator, { directory }: Assembly): Promise<void> => {
  const { ok, output } = await emulator.cdk(['destroy', '--all', '--force', '--app', directory]);
  if (!ok) throw new Error(`cdk destroy failed:\n${tail(output)}`);
};
