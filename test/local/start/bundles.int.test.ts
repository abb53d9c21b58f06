import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createBundles, type Bundles } from '../../../lib/local/start/bundles.ts';
import { temporaryDirectory } from '../fixtures/assembly.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A project of two functions, of which one has a part of its own, and both share one. */
const project = () => {
  const directory = temporaryDirectory();
  const root = directory.path;
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('functions/shop/word.ts', `export const word: string = 'hello';`);
  write('lib/runtime/mark.ts', `export const mark = '!';`);
  const source = (word: string) =>
    `import { mark } from '../../lib/runtime/mark.ts'; ${word} export const handler = async () => word + mark;`;
  write('functions/shop/greet.lambda.ts', source(`import { word } from './word.ts';`));
  write('functions/shop/other.lambda.ts', source(`const word = 'other';`));
  write('stacks/shop-stack.ts', 'export {};');
  write('lock.json', '{}');
  const built: string[][] = [];
  const edited: string[] = [];
  const problems: string[] = [];
  const bundles: Bundles = createBundles({
    bundling: {
      root,
      directory: 'dist',
      foundations: ['lock.json'],
      entries: () =>
        new Map(['greet', 'other'].map((name) => [`shop/${name}`, `functions/shop/${name}.lambda.ts`] as const)),
      options: (entries) => ({
        entryPoints: Object.fromEntries([...entries].map(([entry, file]) => [`${entry}/index`, file])),
        outdir: 'dist',
        outExtension: { '.js': '.mjs' },
        bundle: true,
        format: 'esm',
        metafile: true,
        logLevel: 'silent',
      }),
    },
    onEdited: (file) => edited.push(file),
    onBuilt: (entries) => built.push([...entries].sort()),
    onFailed: (problem) => problems.push(problem),
  });
  cleanups.push(() => {
    bundles.stop();
    directory.remove();
  });
  const bundleOf = (name: string) => readFileSync(join(root, `dist/shop/${name}/index.mjs`), 'utf8');
  /** Sets when a file was last changed, in seconds since 1970. */
  const touch = (file: string, at: number): void => utimesSync(join(root, file), at, at);
  return { write, touch, bundles, built, edited, problems, bundleOf };
};

const expectSoon = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, { timeout: 10_000, interval: 10 }).toBe(true);
};

test('a build leaves alone what is newer than all that it is made of', async () => {
  const { write, touch, bundles, bundleOf } = project();
  const sources = ['word.ts', 'greet.lambda.ts', 'other.lambda.ts'].map((name) => `functions/shop/${name}`);
  const begin = async (): Promise<void> => {
    await bundles.build();
    for (const file of [...sources, 'lib/runtime/mark.ts', 'lock.json']) touch(file, 1_000_000_000);
    for (const name of ['greet', 'other']) {
      write(`dist/shop/${name}/index.mjs`, 'as it was');
      touch(`dist/shop/${name}/index.mjs`, 1_500_000_000);
    }
  };
  const rebuilt = async (): Promise<string[]> => {
    await bundles.build();
    return ['greet', 'other'].filter((name) => bundleOf(name) !== 'as it was');
  };
  await begin();
  expect(await rebuilt()).toEqual([]);
  touch('functions/shop/word.ts', 1_600_000_000);
  expect(await rebuilt()).toEqual(['greet']);
  await begin();
  touch('lib/runtime/mark.ts', 1_600_000_000);
  expect(await rebuilt()).toEqual(['greet', 'other']);
  await begin();
  touch('lock.json', 1_600_000_000);
  expect(await rebuilt()).toEqual(['greet', 'other']);
});

test('an edited file builds the functions that it is part of, and no others', async () => {
  const { write, bundles, built, bundleOf } = project();
  await bundles.build();
  bundles.watch();
  write('functions/shop/word.ts', `export const word: string = 'edited';`);
  await expectSoon(() => bundleOf('greet').includes('edited'));
  await bundles.rebuilt();
  expect(new Set(built.flat())).toEqual(new Set(['shop/greet']));
  write('lib/runtime/mark.ts', `export const mark = '?';`);
  await expectSoon(() => bundleOf('other').includes('?'));
});

test('while a build is under way there is something to wait for, afterwards nothing', async () => {
  const { write, bundles, bundleOf } = project();
  await bundles.build();
  expect(bundles.rebuilt()).toBeUndefined();
  bundles.watch();
  write('functions/shop/word.ts', `export const word: string = 'awaited';`);
  await expectSoon(() => bundles.rebuilt() !== undefined || bundleOf('greet').includes('awaited'));
  await bundles.rebuilt();
  expect(bundleOf('greet')).toContain('awaited');
  expect(bundles.rebuilt()).toBeUndefined();
});

test('a mistake leaves the last build standing and says what is wrong', async () => {
  const { write, bundles, problems, bundleOf } = project();
  await bundles.build();
  bundles.watch();
  write('functions/shop/word.ts', 'export const word: string = ;');
  await expectSoon(() => problems.length > 0);
  expect(problems[0]).toContain('word.ts');
  expect(bundleOf('greet')).toContain('hello');
});

test('every edited source is told, also one that is in no bundle', async () => {
  const { write, bundles, edited } = project();
  await bundles.build();
  bundles.watch();
  write('stacks/shop-stack.ts', 'export const changed = 1;');
  await expectSoon(() => edited.includes('stacks/shop-stack.ts'));
});
