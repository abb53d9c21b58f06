import { describe, expect, it } from 'vitest';
import { cargoProgram } from '../../scripts/oracles/installations.ts';
import { contractRun } from '../../scripts/storage-matrix/contract-run.ts';
import {
  cells,
  differencesOf,
  failuresOf,
  HEAD,
  notRunOf,
  withMatrix,
  type Row,
} from '../../scripts/storage-matrix/report.ts';

const assertion = (group: string, title: string, status = 'passed') => ({
  ancestorTitles: ['a node of X', group],
  title,
  status,
  failureMessages: status === 'passed' ? [] : ['Error: not so\n    at here'],
});
const report = (assertionResults: readonly object[], message = '') =>
  JSON.stringify({ testResults: [{ message, assertionResults }] });

const latencies = { oneKiB: { put: 1.234, get: 0.5 }, oneMiB: { put: 10, get: 5.55 } };
const row = (text: string): Row => ({ name: 'X', version: '1.0', tried: { contract: contractRun(text), latencies } });

describe('the matrix of storage nodes', () => {
  it('counts cases by group: passed, listed as different, failed', () => {
    const seen = row(
      report([
        assertion('buckets', 'a bucket is made'),
        assertion('objects', 'an object comes back'),
        assertion('objects', 'a full node says so [differs: has no quotas]'),
        assertion('multipart', 'a doubled part is refused', 'failed'),
        { ...assertion('', 'every listed difference is a case'), ancestorTitles: ['a node of X'] },
      ]),
    );
    expect(cells(seen)).toEqual(['X', '1.0', '1', '1, 1 differ', '0', '0, 1 FAILED', '0', '1.2, 0.5', '10.0, 5.5']);
    expect(cells(seen)).toHaveLength(HEAD.length);
    expect(differencesOf([seen])).toEqual(['X: a full node says so: has no quotas']);
    expect(failuresOf([seen])).toEqual(['X: a doubled part is refused: Error: not so']);
  });

  it('takes a suite that could not begin, or that left no report, for failed', () => {
    expect(contractRun(report([], 'cannot find module')).failures).toEqual(['cannot find module']);
    expect(contractRun(undefined).failures).toEqual(['the suite left no report']);
    expect(contractRun(report([assertion('buckets', 'a bucket is made', 'skipped')])).failures).toHaveLength(1);
  });

  it('says of a store that was not run what is missing', () => {
    const missing: Row = { name: 'Y', version: '2.0', tried: { notRun: 'needs Go' } };
    expect(cells(missing).slice(0, 3)).toEqual(['Y', '2.0', 'not run']);
    expect(notRunOf([missing])).toEqual(['Y: needs Go']);
  });

  it('puts its section into a document, in place of the last one, and leaves the rest', () => {
    const document =
      'before\n<!-- made by npm run storage:matrix -- --write -->\nold\n<!-- end of what is made -->\nafter\n';
    const once = withMatrix(document, [row(report([assertion('buckets', 'a bucket is made')]))], '2026-01-02');
    expect(once).toMatch(
      /^before\n<!-- made by .*Tried on 2026-01-02.*\| X \| 1\.0 \| 1 \|.*<!-- end of what is made -->\nafter\n$/s,
    );
    expect(once).not.toContain('old');
    expect(withMatrix(once, [row(report([assertion('buckets', 'a bucket is made')]))], '2026-01-02')).toBe(once);
    expect(() => withMatrix('no section', [], '2026-01-02')).toThrow('no section');
  });
});

describe('a program of a Rust crate', () => {
  it('is compiled beside its folder, so that what was compiled stays when the installation is broken off', () => {
    const [compile, clean] = cargoProgram('garage', ['--features', 'sqlite'], { A: 'b' }).commands(
      '/cache/garage-1',
      '1',
    );
    expect(compile).toEqual({
      command: ['cargo', 'install', 'garage@1', '--locked', '--root', '/cache/garage-1', '--features', 'sqlite'],
      env: { A: 'b', CARGO_TARGET_DIR: '/cache/garage-1-build' },
    });
    expect(clean?.command).toEqual(['rm', '-r', '/cache/garage-1-build']);
  });
});
