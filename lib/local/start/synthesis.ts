import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What the synthesized app is made of. */
const SOURCES = ['bin/app.ts', 'functions', 'stacks', 'lib', 'scripts/bundle.ts', 'cdk.json', 'package-lock.json'];
/** Parts of `lib` that no template and no bundle contains. */
const NOT_SOURCES = new Set(['lib/local', 'lib/client']);

const CdkSettings = z.object({ context: z.record(z.string(), z.unknown()).default({}) });

const newest = (path: string): number => {
  if (NOT_SOURCES.has(path) || !existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
};

/** True when the assembly is newer than everything that it is made of. */
const isFresh = (assembly: string): boolean => {
  const manifest = join(assembly, 'manifest.json');
  return existsSync(manifest) && statSync(manifest).mtimeMs > Math.max(...SOURCES.map(newest));
};

const run = async (what: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<void> => {
  const child = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let problems = '';
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${what} failed:\n${problems}`);
};

/**
 * Synthesizes the app, as `cdk synth` does (which starts a second slower). Unless `staged`, the templates' bundles are
 * those in `dist`, so that a bundle that is built again is the one that runs. `root` is the project's directory, `more` goes
 * over the context of `cdk.json`.
 */
export const synthesize = async (
  assembly: string,
  staged: boolean,
  root = '.',
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  const { context } = CdkSettings.parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));
  const settings = { ...context, ...more, ...(staged ? {} : { 'aws:cdk:disable-asset-staging': true }) };
  // Templates of stacks that are gone would stay.
  rmSync(assembly, { recursive: true, force: true });
  const env = { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(settings) };
  await run('Synthesizing the app', ['bin/app.ts'], env, root);
};

/**
 * Builds the functions and synthesizes the app into `assembly`, if that is not there or (with `refresh`) older than its
 * sources.
 */
export const ensureAssembly = async (options: {
  readonly assembly: string;
  readonly staged: boolean;
  readonly refresh: boolean;
  readonly build: () => Promise<void>;
  readonly report: (what: string) => void;
}): Promise<void> => {
  const { assembly, staged, report } = options;
  if (options.refresh ? isFresh(assembly) : existsSync(join(assembly, 'manifest.json'))) return;
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  report('Building the functions');
  await options.build();
  report(`Synthesizing the app (${seconds()} s so far)`);
  await synthesize(assembly, staged);
  report(`Built and synthesized in ${seconds()} s`);
};
