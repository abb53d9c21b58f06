import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSkipped, SKIPPED_ON_EMULATOR, skippedBy } from '../e2e/skipped-tests.ts';

const skipped = readSkipped(SKIPPED_ON_EMULATOR);

/** The titles of a file's tests, as they are written there. */
const titlesIn = (source: string): string[] =>
  [...source.matchAll(/^\s*it(?:\.each\([\s\S]*?\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/gm)].map(
    ([, single, double]) => single ?? double ?? '',
  );
const titles = new Map(
  globSync('test/e2e/*.e2e.test.ts').map((path) => [
    path.replace(/^test\/e2e\/(.*)\.e2e\.test\.ts$/, '$1'),
    titlesIn(readFileSync(path, 'utf8')),
  ]),
);

/** Files about tenancy, login, checkout, stock and idempotency: what they say must hold everywhere. */
const NEVER = /^(tenancy|accounts|checkout|first-sale|contention|orders|large-orders|inventory|once|routes|carts)/;
const NEVER_SAYS = /tenan(t|cy)'s|another tenant|log.?in|password|checkout|order|stock|twice|once|idempot/i;

describe('the tests that an emulator cannot run', () => {
  it('are tests of the suite', () => {
    const dead = skipped.filter(({ file, test }) => titles.get(file)?.includes(test) !== true);
    expect(dead).toEqual([]);
  });

  it('are listed once each', () => {
    const names = skipped.map(({ file, test }) => `${file}: ${test}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are a tenth of the suite at most', () => {
    const all = [...titles.values()].flat();
    expect(all.length).toBeGreaterThan(100);
    expect(skipped.length).toBeLessThanOrEqual(all.length / 10);
  });

  it('are none of tenancy, login, checkout, stock or idempotency', () => {
    expect(skipped.filter(({ file, test }) => NEVER.test(file) || NEVER_SAYS.test(test))).toEqual([]);
  });

  it('are told by file and title, in every case of one that is written for several', () => {
    const list = [{ file: 'tenants', test: '%s is (not) known', reason: 'type missing' as const, detail: 'a detail' }];
    const entryOf = (file: string, title: string) => skippedBy(list, { file, title });
    expect(entryOf('test/e2e/tenants.e2e.test.ts', 'a key is (not) known')).toBe(list[0]);
    expect(entryOf('test/e2e/tenants.e2e.test.ts', 'a key is known')).toBeUndefined();
    expect(entryOf('test/e2e/tenants-keys.e2e.test.ts', 'a key is (not) known')).toBeUndefined();
  });
});
