import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outdated, readRecord, writeRecord } from '../../scripts/build-record.ts';

let folder: string;
const path = (name: string): string => join(folder, name);
const bundleOf = (entry: string): string => path(`${entry}.mjs`);
const outdatedNow = (...entries: string[]): string[] => [
  ...outdated(readRecord(path('record.json')), entries, bundleOf),
];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
  for (const name of ['model.ts', 'one.ts', 'two.ts', 'one.mjs', 'two.mjs']) writeFileSync(path(name), name);
  const built = new Map([
    ['one', [path('one.ts'), path('model.ts'), 'node_modules/zod/index.js']],
    ['two', [path('two.ts')]],
  ]);
  writeRecord(path('record.json'), readRecord(path('record.json')), built, ['one', 'two']);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a build', () => {
  it('has nothing to do when nothing has changed', () => {
    expect(outdatedNow('one', 'two')).toEqual([]);
  });

  it('makes what has a changed, touched or removed source, and leaves the rest', () => {
    writeFileSync(path('model.ts'), 'other');
    expect(outdatedNow('one', 'two')).toEqual(['one']);
    utimesSync(path('two.ts'), 1, 1);
    expect(outdatedNow('one', 'two')).toEqual(['one', 'two']);
    rmSync(path('two.ts'));
    expect(outdatedNow('two')).toEqual(['two']);
  });

  it('makes what is new or whose bundle is gone', () => {
    expect(outdatedNow('one', 'three')).toEqual(['three']);
    rmSync(path('one.mjs'));
    expect(outdatedNow('one', 'two')).toEqual(['one']);
  });

  it('remembers what it did not have to make', () => {
    writeFileSync(path('one.ts'), 'other');
    const record = readRecord(path('record.json'));
    writeRecord(path('record.json'), record, new Map([['one', [path('one.ts')]]]), ['one', 'two']);
    expect(outdatedNow('one', 'two')).toEqual([]);
    utimesSync(path('two.ts'), 1, 1);
    expect(outdatedNow('one', 'two')).toEqual(['two']);
  });

  it('makes everything without a record, or with one that cannot be read', () => {
    writeFileSync(path('record.json'), '{"entries": 7}');
    expect(outdatedNow('one', 'two')).toEqual(['one', 'two']);
    rmSync(path('record.json'));
    expect(outdatedNow('one', 'two')).toEqual(['one', 'two']);
  });
});
