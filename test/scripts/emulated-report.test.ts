import { describe, expect, it } from 'vitest';
import { ADAPTATIONS } from '../../scripts/emulated/adaptations.ts';
import { findings, report } from '../../scripts/emulated/report.ts';
import { countsOf } from '../../scripts/emulated/suite.ts';

const test = (fullName: string, status: string) => ({ fullName, status });
const file = (name: string, status: string, message: string, ...assertionResults: ReturnType<typeof test>[]) => ({
  name,
  status,
  message,
  assertionResults,
});
const counted = (...testResults: ReturnType<typeof file>[]) => countsOf(JSON.stringify({ testResults }));
const adapted = ADAPTATIONS.map(() => 1);

describe('the counts of a run on the emulator', () => {
  it('are those of its tests', () => {
    const good = file('a', 'passed', '', test('one', 'passed'), test('two', 'skipped'));
    const bad = file('b', 'failed', '', test('three', 'failed'));
    expect(counted(good, bad)).toEqual({ passed: 1, failed: 1, skipped: 1, failures: ['three'] });
  });

  it('have a failure where nothing could be tested', () => {
    const broken = file('shop.e2e.test.ts', 'failed', 'refused', test('sells', 'skipped'));
    expect(counted(broken)).toMatchObject({ failed: 1, failures: ['shop.e2e.test.ts: before its tests: refused'] });
    expect(countsOf(undefined)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('a run on the emulator', () => {
  const suite = { passed: 90, failed: 0, skipped: 10, failures: [] };
  const row = { what: 'the suite', seconds: 1, suite };

  it('is good when nothing failed, a tenth is skipped at most, and every adaptation is needed', () => {
    expect(findings({ rows: [row], adapted })).toEqual([]);
  });

  it('is not good otherwise, and says why', () => {
    const failed = { ...row, suite: { ...suite, failed: 1, failures: ['a test'] } };
    expect(findings({ rows: [failed], adapted })).toEqual(['failed: a test']);
    const lazy = { ...row, suite: { ...suite, passed: 89, skipped: 11 } };
    expect(findings({ rows: [lazy], adapted })).toEqual(['the suite: 11 tests are skipped']);
    const [first] = ADAPTATIONS;
    expect(findings({ rows: [row], adapted: adapted.with(0, 0) })).toEqual([
      `nothing is left to adapt of ${first?.type}`,
    ]);
  });

  it('shows its steps and everything that was adapted', () => {
    const text = report(
      { rows: [{ what: 'deploy', seconds: 12.34, stacks: 10, resources: 1033 }, row], adapted },
      '2.1148.1',
    );
    expect(text).toContain('cdk 2.1148.1, ministack ');
    expect(text).toMatch(/deploy .* 10 .* 1033 .* 12\.3 /);
    expect(text).toMatch(/the suite .* 90 .* 0 .* 10 /);
    for (const { type } of ADAPTATIONS) expect(text).toMatch(new RegExp(`${type}[^\\n]*: `));
  });
});
