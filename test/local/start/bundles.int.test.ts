import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  const built: string[][] = [];
  const edited: string[] = [];
  const problems: string[] = [];
  const bundles: Bundles = createBundles({
    bundling: {
      root,
      directory: 'dist',
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
  return { write, bundles, built, edited, problems, bundleOf };
};

const expectSoon = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, { timeout: 10_000, interval: 10 }).toBe(true);
};

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
