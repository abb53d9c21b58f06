import { build } from 'esbuild';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../oracles/commands.ts';
import type { Docker } from './docker.ts';

/** Lambda's name of this machine's processor: what a container can run at full speed. */
export const architecture = (): 'x86_64' | 'arm64' => (process.arch === 'arm64' ? 'arm64' : 'x86_64');

/** The image from which SAM makes the one that it invokes. */
export const baseImage = (): string => `public.ecr.aws/lambda/nodejs:24-${architecture()}`;

/** A registry that can be reached answers at once; an image of 200 MB takes longer. */
const REGISTRY = 'https://public.ecr.aws/v2/';
const REACH_MS = 5_000;
const PULL_MS = 600_000;

const isReachable = async (): Promise<boolean> => {
  try {
    await fetch(REGISTRY, { signal: AbortSignal.timeout(REACH_MS) });
    return true; // whatever it says, it is there
  } catch {
    return false;
  }
};

const pull = async ({ env }: Docker): Promise<string | undefined> => {
  if (!(await isReachable())) return `${REGISTRY} does not answer`;
  console.log(`Pulling ${baseImage()}`);
  const { ok, output } = await run({ command: ['docker', 'pull', baseImage()], env }, AbortSignal.timeout(PULL_MS));
  return ok ? undefined : output.trim();
};

/** Programs that SAM's own build step runs inside of the image. */
const PROGRAMS = ['/bin/sh', '/bin/mv', '/bin/chmod', '/bin/mkdir'];

/** The shared libraries of a program, by `ldd`. */
const librariesOf = async (program: string): Promise<string[]> => {
  const { output } = await run({ command: ['ldd', program] });
  return [...output.matchAll(/(?:^|\s)(\/[^\s:]+)(?= \()/gm)].flatMap(([, library]) => library ?? []);
};

/** Node.js with the libraries that it needs, a shell, and a client of Lambda's Runtime API, as a root file system. */
const fillRoot = async (root: string): Promise<void> => {
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  };
  put(process.execPath, '/var/lang/bin/node');
  for (const program of PROGRAMS) put(program, program);
  const libraries = await Promise.all([process.execPath, ...PROGRAMS].map(librariesOf));
  for (const library of new Set(libraries.flat())) put(library, library);
  for (const folder of ['tmp', 'opt', 'etc', 'var/task', 'var/runtime', 'var/rapid'])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  await build({
    entryPoints: [join(import.meta.dirname, 'runtime-client.ts')],
    outfile: join(root, 'var/runtime/index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
  });
  const bootstrap = join(root, 'var/runtime/bootstrap');
  writeFileSync(bootstrap, '#!/bin/sh\nexec /var/lang/bin/node /var/runtime/index.mjs\n');
  chmodSync(bootstrap, 0o755);
};

const makeImage = async (docker: Docker): Promise<string | undefined> => {
  if (process.platform !== 'linux') return 'it can be made from the machine itself on Linux only';
  const root = mkdtempSync(join(tmpdir(), 'lambda-image-'));
  try {
    await fillRoot(root);
    const { ok, output } = await run({
      command: [
        'sh',
        '-c',
        `tar -C "$0" -c . | docker import -c 'WORKDIR /var/task' -c 'LABEL made=here' - "$1"`,
        root,
        baseImage(),
      ],
      env: docker.env,
    });
    return ok ? undefined : `docker import said: ${output}`;
  } finally {
    rmSync(root, { recursive: true });
  }
};

/** Where the base image is from, or why there is none. */
export type BaseImage =
  { readonly from: 'was here' | 'pulled' | 'made from this machine' } | { readonly missing: string };

/** Finds Lambda's base image for Node.js 24, or pulls it, or makes one from this machine's own Node.js. */
export const ensureBaseImage = async (docker: Docker): Promise<BaseImage> => {
  const { env } = docker;
  if ((await run({ command: ['docker', 'image', 'inspect', baseImage()], env })).ok) return { from: 'was here' };
  const unpulled = await pull(docker);
  if (unpulled === undefined) return { from: 'pulled' };
  const failure = await makeImage(docker);
  return failure === undefined
    ? { from: 'made from this machine' }
    : { missing: `The image ${baseImage()} cannot be pulled (${unpulled}), and ${failure}` };
};
