import { GROUPS, type Counts } from './contract-run.ts';
import type { Latency } from './latency.ts';
import type { Tried } from './tried.ts';

/** One store of the matrix. */
export interface Row {
  readonly name: string;
  readonly version: string;
  readonly tried: Tried;
}

export const HEAD = ['store', 'version', ...GROUPS, 'put, get of 1 KiB, ms', 'put, get of 1 MiB, ms'] as const;

/** A commit's pseudo-version of Go is its day. */
const versionOf = (version: string): string => version.replace(/^0\.0\.0-(\d{4})(\d\d)(\d\d)\d{6}-.*$/, '$1-$2-$3');

const counted = ({ passed, differing, failed }: Counts): string =>
  [
    String(passed),
    ...(differing === 0 ? [] : [`${differing} differ`]),
    ...(failed === 0 ? [] : [`${failed} FAILED`]),
  ].join(', ');
const milliseconds = ({ put, get }: Latency): string => `${put.toFixed(1)}, ${get.toFixed(1)}`;

/** The cells of a store, below `HEAD`. */
export const cells = ({ name, version, tried }: Row): readonly string[] => {
  const named = [name, versionOf(version)];
  if ('notRun' in tried) return [...named, 'not run', ...HEAD.slice(3).map(() => '')];
  const { contract, latencies } = tried;
  const groups = GROUPS.map((group) => counted(contract.groups.get(group) ?? { passed: 0, failed: 0, differing: 0 }));
  return [...named, ...groups, milliseconds(latencies.oneKiB), milliseconds(latencies.oneMiB)];
};

export const differencesOf = (rows: readonly Row[]): readonly string[] =>
  rows.flatMap(({ name, tried }) =>
    'notRun' in tried ? [] : tried.contract.differences.map((difference) => `${name}: ${difference}`),
  );
export const failuresOf = (rows: readonly Row[]): readonly string[] =>
  rows.flatMap(({ name, tried }) =>
    'notRun' in tried ? [] : tried.contract.failures.map((failure) => `${name}: ${failure}`),
  );
export const notRunOf = (rows: readonly Row[]): readonly string[] =>
  rows.flatMap(({ name, tried }) => ('notRun' in tried ? [`${name}: ${tried.notRun}`] : []));

const line = (texts: readonly string[]): string =>
  `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

const BEGIN = '<!-- made by npm run storage:matrix -- --write -->';
const END = '<!-- end of what is made -->';

/** The document with the section that is made put in anew; the rest is written by hand. */
export const withMatrix = (document: string, rows: readonly Row[], day: string): string => {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`The document has no section between "${BEGIN}" and "${END}"`);
  const differences = differencesOf(rows);
  const section = [
    BEGIN,
    `Tried on ${day}, all servers on one machine, their data on its disk; latencies are medians of one client.`,
    [line(HEAD), line(HEAD.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n'),
    ...(differences.length === 0
      ? []
      : ['What differs, each seen again:', differences.map((each) => `- ${each}`).join('\n')]),
  ];
  return `${document.slice(0, from)}${section.join('\n\n')}\n\n${document.slice(to)}`;
};
