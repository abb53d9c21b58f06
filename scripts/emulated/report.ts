import Table from 'cli-table3';
import { ministack } from '../oracles/oracles.ts';
import { readSkipped, SKIPPED_ON_EMULATOR } from '../../test/e2e/skipped-tests.ts';
import { ADAPTATIONS } from './adaptations.ts';
import type { EmulatedRun } from './steps.ts';

/** At most so much of the suite may be skipped. */
export const MOST_SKIPPED = 0.1;

/** What speaks against a run whose steps all ended well. */
export const findings = ({ rows, adapted }: Pick<EmulatedRun, 'rows' | 'adapted'>): string[] => [
  ...rows.flatMap(({ suite }) => (suite?.failures ?? []).map((name) => `failed: ${name}`)),
  ...rows.flatMap(({ what, suite: { passed, failed, skipped } = { passed: 0, failed: 0, skipped: 0 } }) =>
    skipped > MOST_SKIPPED * (passed + failed + skipped) ? [`${what}: ${skipped} tests are skipped`] : [],
  ),
  ...ADAPTATIONS.flatMap(({ type }, index) => (adapted[index] === 0 ? [`nothing is left to adapt of ${type}`] : [])),
];

/** The table of a run, what was adapted in how many resources, and what the suite skips. */
export const report = ({ rows, adapted }: Pick<EmulatedRun, 'rows' | 'adapted'>, cli: string): string => {
  const table = new Table({
    head: ['step', 'stacks', 'resources', 'seconds', 'passed', 'failed', 'skipped'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    colWidths: [60],
    wordWrap: true,
  });
  for (const { what, stacks, resources, seconds, suite } of rows) {
    const counts = suite === undefined ? ['', '', ''] : [suite.passed, suite.failed, suite.skipped];
    table.push([what, stacks ?? '', resources ?? '', seconds.toFixed(1), ...counts]);
  }
  const changes = ADAPTATIONS.map(
    ({ type, property, reason }, index) =>
      `${type}${property === undefined ? '' : `, ${property}`} (${adapted[index] ?? 0}): ${reason}`,
  );
  const skipped = readSkipped(SKIPPED_ON_EMULATOR).map(
    ({ file, test, reason, detail }) => `${file}: ${test}: ${reason}: ${detail}`,
  );
  return [
    `cdk ${cli}, ministack ${ministack.version}, Node ${process.versions.node}`,
    table.toString(),
    `Adapted to the emulator:\n  ${changes.join('\n  ')}`,
    `Skipped:\n  ${skipped.length === 0 ? 'nothing' : skipped.join('\n  ')}`,
  ].join('\n\n');
};
