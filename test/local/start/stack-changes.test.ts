import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changedStacks } from '../../../lib/local/start/stack-changes.ts';
import { temporaryDirectory } from '../fixtures/assembly.ts';

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

const assembly = (name: string, stacks: Readonly<Record<string, unknown>>): string => {
  const path = join(directory.path, name);
  mkdirSync(path);
  for (const [stack, template] of Object.entries(stacks)) {
    writeFileSync(join(path, `${stack}.template.json`), JSON.stringify(template, undefined, 1));
  }
  return path;
};

const fn = (hash: string, timeout: number) => ({
  Resources: {
    Fn: {
      Properties: { Code: { S3Key: `${hash.repeat(64)}.zip` }, Timeout: timeout },
      Metadata: { 'aws:asset:path': `asset.${hash.repeat(64)}` },
    },
    [`FnCurrentVersion${hash.repeat(40)}`]: { Type: 'AWS::Lambda::Version' },
  },
});

test('an edited bundle is no changed stack', () => {
  expect(changedStacks(assembly('a', { shop: fn('a', 3) }), assembly('b', { shop: fn('b', 3) }))).toEqual([]);
});

test('an edited property, a new stack and one that is gone are', () => {
  const before = assembly('a', { shop: fn('a', 3), gone: {} });
  const after = assembly('b', { shop: fn('a', 5), fresh: {} });
  expect(changedStacks(before, after)).toEqual(['fresh', 'gone', 'shop']);
});
