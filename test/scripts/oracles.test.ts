import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countsOf } from '../../scripts/oracles/exercised.ts';
import { install } from '../../scripts/oracles/install.ts';
import { javaRelease, type Installation } from '../../scripts/oracles/installations.ts';
import { oracles, type Oracle } from '../../scripts/oracles/oracles.ts';
import { SUITE } from '../../scripts/storage-matrix/contract-run.ts';
import { temporaryDirectory } from '../local/fixtures/assembly.ts';

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
  vi.stubEnv('CARTWRIGHT_ORACLES', directory.path);
  vi.spyOn(console, 'log').mockReturnValue(undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  directory.remove();
});

const node = (script: string) => ({ command: [process.execPath, '-e', script] });
const never = new AbortController().signal;

const oracle = (installation: Partial<Installation>): Oracle => ({
  name: 'An Oracle',
  version: '1.2.3',
  services: 'S3',
  installation: { missing: async () => undefined, commands: () => [], ...installation },
  serve: () => ({ command: [] }),
  suites: [],
  urlVariable: 'URL',
});

describe('an oracle', () => {
  it('is installed once, into a folder of its version', async () => {
    const commands = vi.fn(() => [node('0')]);
    const folder = join(directory.path, 'an-oracle-1.2.3');
    expect(await install(oracle({ commands }), never)).toEqual({ folder });
    expect(await install(oracle({ commands }), never)).toEqual({ folder });
    expect(commands).toHaveBeenCalledTimes(1);
  });

  it('is not run, with the reason, where a tool is missing', async () => {
    const missing = async () => 'needs Java 17 or newer';
    expect(await install(oracle({ missing }), never)).toEqual({ notRun: 'needs Java 17 or newer' });
  });

  it('is not run, with the words of the package manager, when that fails, and is tried again the next time', async () => {
    const commands = () => [node("console.error('no route to host'); process.exit(1)")];
    expect(await install(oracle({ commands }), never)).toEqual({
      notRun: expect.stringMatching(/cannot be installed: .* said: no route to host$/),
    });
    expect(await install(oracle({}), never)).toHaveProperty('folder');
  });

  it('is not run when a program that installs it is not there', async () => {
    const commands = () => [{ command: ['a-program-that-nobody-has'] }];
    expect(await install(oracle({ commands }), never)).toEqual({
      notRun: expect.stringContaining('a-program-that-nobody-has'),
    });
  });

  it('is not run when installing takes too long, and what was started is ended', async () => {
    const ended = new AbortController();
    const began = join(directory.path, 'began');
    const commands = () => [node(`fs.writeFileSync(${JSON.stringify(began)}, ''); setInterval(() => 0, 1000)`)];
    const installing = install(oracle({ commands }), ended.signal);
    await expect.poll(() => existsSync(began), { timeout: 5000 }).toBe(true);
    ended.abort();
    expect(await installing).toEqual({ notRun: expect.stringContaining('took too long') });
  });
});

describe('the oracles', () => {
  it('run every suite that is for an oracle, but for that of storage nodes, which has stores of its own', () => {
    const suites = globSync('test/**/*.oracle.test.ts');
    expect(suites).not.toEqual([]);
    const folders = [...oracles.flatMap((each) => each.suites), SUITE];
    for (const suite of suites)
      expect(
        folders.filter((folder) => suite.startsWith(`${folder}/`)),
        suite,
      ).toHaveLength(1);
  });

  it('say by the variable of their suites where they are', () => {
    for (const { suites, urlVariable } of oracles) {
      for (const suite of suites.flatMap((folder) => globSync(`${folder}/*.oracle.test.ts`))) {
        expect(readFileSync(suite, 'utf8')).toContain(`oracleUrl('${urlVariable}')`);
      }
    }
  });
});

describe('the counts of a run', () => {
  const report = (titles: readonly string[], counts: object) =>
    JSON.stringify({
      numPassedTests: 0,
      numFailedTests: 0,
      ...counts,
      testResults: [{ assertionResults: titles.map((title) => ({ title, ancestorTitles: [] })) }],
    });

  it('tell each listed difference once, with its reason', () => {
    const titles = ['a', 'b [differs: it is old]', 'b [differs: it is old]'];
    expect(countsOf(report(titles, { numPassedTests: 3 }))).toEqual({
      passed: 3,
      failed: 0,
      differing: 2,
      differences: ['b: it is old'],
    });
  });

  it('are a failure when there is no report', () => {
    expect(countsOf(undefined)).toMatchObject({ passed: 0, failed: 1 });
  });
});

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_412"', 8],
  ['openjdk version "21" 2023-09-19', 21],
  ['what is this', 0],
])('%s is release %i', (output, release) => {
  expect(javaRelease(output)).toBe(release);
});
