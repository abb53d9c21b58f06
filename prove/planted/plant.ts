import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synthesize } from '../../lib/local/start/synthesis.ts';
import type { Patch } from './bugs.ts';

/** What the app is built of. `dist` comes along, so that only the functions with the bug are built again. */
const PARTS = ['bin', 'dist', 'functions', 'lib', 'scripts', 'stacks', 'cdk.json', 'package.json', 'package-lock.json'];

/**
 * The text with the patch.
 * @throws when what the patch replaces is not there exactly once: then the patch must follow the sources
 */
export const patched = (text: string, { file, find, put }: Patch): string => {
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places, not one, that say: ${find}`);
  return text.replace(find, () => put);
};

/** The patched files of a bug, by path. */
export const patchedFiles = (patches: readonly Patch[], root = '.'): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  for (const patch of patches) {
    const text = texts.get(patch.file) ?? readFileSync(join(root, patch.file), 'utf8');
    texts.set(patch.file, patched(text, patch));
  }
  return texts;
};

const build = async (root: string): Promise<void> => {
  const child = spawn(process.execPath, ['scripts/build.ts', '--quiet'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let problems = '';
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
  const code = await new Promise<number | null>((settled, failed) => {
    child.once('error', failed);
    child.once('close', settled);
  });
  if (code !== 0) throw new Error(`Building the functions with the bug failed:\n${problems}`);
};

/** A copy of the sources, built; `remove` deletes it. */
export interface PatchedCopy {
  readonly root: string;
  remove(): void;
}

/** Copies some of the sources and patches the copy. The project's own files stay as they are. */
export const patchedSources = (patches: readonly Patch[], parts: readonly string[]): PatchedCopy => {
  const root = mkdtempSync(join(tmpdir(), 'cartwright-patched-'));
  const remove = () => rmSync(root, { recursive: true, force: true });
  try {
    for (const part of parts) {
      if (existsSync(part)) cpSync(part, join(root, part), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
    for (const [file, text] of patchedFiles(patches, root)) writeFileSync(join(root, file), text);
    return { root, remove };
  } catch (error) {
    remove();
    throw error;
  }
};

/** Copies the sources, patches the copy and builds it. */
export const patchedCopy = async (patches: readonly Patch[]): Promise<PatchedCopy> => {
  const copy = patchedSources(patches, PARTS);
  try {
    await build(copy.root);
    return copy;
  } catch (error) {
    copy.remove();
    throw error;
  }
};

/** An assembly with a bug; `remove` deletes it and the sources that it was made of. */
export interface Planted {
  readonly assembly: string;
  remove(): void;
}

/** Synthesizes a copy of the sources with the bug. */
export const plant = async (patches: readonly Patch[]): Promise<Planted> => {
  const { root, remove } = await patchedCopy(patches);
  try {
    const assembly = join(root, 'cdk.out');
    await synthesize(assembly, true, root);
    return { assembly, remove };
  } catch (error) {
    remove();
    throw error;
  }
};
