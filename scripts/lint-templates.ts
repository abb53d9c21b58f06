/**
 * `npm run lint:templates [-- --report FILE]`: cfn-lint on every template of `cdk.out` (`npm run synth` makes them), and actionlint
 * on the workflows. Both are installed into the cache that the oracles use. What is accepted, with reasons, is in
 * `scripts/accepted-findings.ts`. What cannot be had on this machine is reported as not run, with what is missing.
 */
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { orEnd, readArguments } from '../lib/client/command-line.ts';
import { acceptedByLint } from './accepted-findings.ts';
import { run } from './oracles/commands.ts';
import { install, type Program } from './oracles/install.ts';
import { goProgram, pythonPackage } from './oracles/installations.ts';

const INSTALL_MS = 180_000;

const Findings = z.array(
  z.object({
    Filename: z.string(),
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
);

interface Linter extends Program {
  readonly files: readonly string[];
  /** What is wrong with the files, a line each. */
  check(folder: string, files: readonly string[]): Promise<readonly string[]>;
}

const cfnLint: Linter = {
  name: 'cfn-lint',
  version: '1.58.0',
  installation: pythonPackage('cfn-lint'),
  files: globSync('cdk.out/*.template.json').sort(),
  async check(folder, files) {
    const { output } = await run({ command: [join(folder, 'bin', 'cfn-lint'), '--format', 'json', '-t', ...files] });
    const found = Findings.safeParse(JSON.parse(output === '' ? '[]' : output));
    if (!found.success) return [`cfn-lint said something else than findings: ${output.slice(0, 500)}`];
    const accepted = new Set(acceptedByLint.map(({ id }) => id));
    const seen = new Set(found.data.map(({ Rule }) => Rule.Id));
    return [
      ...found.data
        .filter(({ Rule }) => !accepted.has(Rule.Id))
        .map(
          ({ Filename, Rule, Message, Location }) =>
            `${Filename} ${Location.Path?.join('/') ?? ''}: ${Rule.Id} ${Message}`,
        ),
      ...[...accepted].filter((id) => !seen.has(id)).map((id) => `${id} is accepted, but not found any more`),
    ];
  },
};

const actionlint: Linter = {
  name: 'actionlint',
  version: '1.7.12',
  installation: goProgram('github.com/rhysd/actionlint/cmd/actionlint'),
  files: globSync('.github/workflows/*.yml').sort(),
  async check(folder, files) {
    const { ok, output } = await run({ command: [join(folder, 'actionlint'), '-no-color', '-oneline', ...files] });
    const lines = output.split('\n').filter((line) => line !== '');
    return ok ? [] : lines.length === 0 ? ['actionlint failed without a word'] : lines;
  },
};

const { values } = orEnd(() =>
  readArguments('Usage: npm run lint:templates [-- --report FILE]', { options: { report: { type: 'string' } } }),
);
let passed = 0;
let failed = 0;
for (const linter of [cfnLint, actionlint]) {
  const { name, version, files } = linter;
  if (files.length === 0) {
    console.error(
      `${name}: there is nothing to check. Are you in the project, and has "npm run synth" made its templates?`,
    );
    failed += 1;
    continue;
  }
  const found = await install(linter, AbortSignal.timeout(INSTALL_MS));
  if ('notRun' in found) {
    console.log(`${name} ${version}: not run: ${found.notRun}`);
    continue;
  }
  const problems = await linter.check(found.folder, files);
  console.log(`${name} ${version}: ${files.length} files, ${problems.length} problems`);
  for (const problem of problems) console.error(`  ${problem}`);
  if (problems.length === 0) passed += 1;
  else failed += 1;
}
const { report } = values;
if (report !== undefined) writeFileSync(report, JSON.stringify({ numPassedTests: passed, numFailedTests: failed }));
process.exitCode = failed === 0 ? 0 : 1;
