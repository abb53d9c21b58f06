/**
 * Least privilege, proven: the end-to-end suite is run file by file while the local cloud notes each permission that is
 * used. A granted action that nothing used fails the proof. Then each statement is taken away in turn, in a copy of the
 * synthesized app, and the quickest file that used it must fail, with the action named in the cloud's log.
 */
import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import * as z from 'zod';
import { readOperatorKey } from '../lib/client/operator.ts';
import { spawnCloud } from '../lib/local/spawn.ts';
import { seededRandom } from '../lib/local/weather.ts';
import { type Grant, grantsOf, withoutStatement } from './granted.ts';

const Use = z.object({
  role: z.string().transform((arn) => arn.split('/').at(-1) ?? arn),
  action: z.string(),
  resource: z.string(),
});
type Use = z.output<typeof Use>;

interface FileRun {
  readonly file: string;
  readonly seconds: number;
  readonly uses: readonly Use[];
}

const VITEST = 'node_modules/vitest/vitest.mjs';

const runSuite = (file: string, env: Readonly<Record<string, string>>): Promise<boolean> => {
  const child = spawn(process.execPath, [VITEST, 'run', '--project', 'e2e', '--bail', '1', file], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
};

/** Runs one end-to-end file against a cloud of its own; `log` gets the cloud's lines. */
const runAgainst = async (
  file: string,
  args: readonly string[],
  log: string[],
): Promise<{ passed: boolean; uses: readonly Use[] }> => {
  const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-grants-'));
  try {
    const cloud = await spawnCloud({ stateDir, args, onLine: (line) => log.push(line) });
    try {
      const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
      const passed = await runSuite(file, {
        CARTWRIGHT_API_URL: cloud.apiUrl,
        CARTWRIGHT_AWS_URL: cloud.awsUrl,
        CARTWRIGHT_OPERATOR_KEY: operatorKey,
      });
      const uses = z.array(Use).parse(await (await fetch(`${cloud.awsUrl}/_local/grants`)).json());
      return { passed, uses };
    } finally {
      await cloud.stop();
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
};

/** A use belongs to the grant of its role that names the action and, if several do, the resource. */
const usedBy = (grant: Grant, action: string, use: Use): boolean =>
  use.role === grant.role && use.action === action && grant.resources.some((name) => use.resource.includes(name));

const recordUses = async (): Promise<FileRun[]> => {
  const runs: FileRun[] = [];
  for (const file of globSync('test/e2e/*.e2e.test.ts').sort()) {
    const started = performance.now();
    const { passed, uses } = await runAgainst(file, [], []);
    if (!passed) throw new Error(`${file} fails even with every grant in place`);
    runs.push({ file, seconds: (performance.now() - started) / 1000, uses });
    console.log(`${file}: ${uses.length} uses in ${runs.at(-1)?.seconds.toFixed(1)} s`);
  }
  return runs;
};

/** Is it noticed that this statement is gone? */
const noticed = async (grant: Grant, runs: readonly FileRun[]): Promise<string | undefined> => {
  const users = runs
    .filter((run) => run.uses.some((use) => grant.actions.some((action) => usedBy(grant, action, use))))
    .sort((a, b) => a.seconds - b.seconds);
  const [quickest] = users;
  if (quickest === undefined) return undefined;
  const assembly = mkdtempSync(join(tmpdir(), 'cartwright-assembly-'));
  try {
    cpSync('cdk.out', assembly, { recursive: true });
    const template = join(assembly, grant.template);
    writeFileSync(template, withoutStatement(readFileSync(template, 'utf8'), grant));
    const log: string[] = [];
    const passed = await runAgainst(quickest.file, ['--assembly', assembly], log).then(
      (run) => run.passed,
      (error: unknown) => {
        log.push(String(error));
        return false;
      },
    );
    const named = grant.actions.find((action) => log.some((line) => line.includes(action)));
    return passed || named === undefined ? undefined : `${quickest.file} (${named})`;
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
};

/** `sample`: how many statements are taken away, chosen by the seed; all when absent. */
export const proveGrants = async ({
  sample,
  seed,
}: {
  readonly sample?: number;
  readonly seed: number;
}): Promise<boolean> => {
  const grants = grantsOf('cdk.out');
  const runs = await recordUses();
  const uses = runs.flatMap((run) => run.uses);
  const unused = grants.flatMap((grant) =>
    grant.actions
      .filter((action) => !uses.some((use) => usedBy(grant, action, use)))
      .map((action) => `${grant.role}: ${action} on ${grant.resources.join(', ')}`),
  );
  for (const line of unused) console.error(`Granted, but used by no test: ${line}`);
  const random = seededRandom(seed);
  const chosen =
    sample === undefined
      ? grants
      : [...grants]
          .map((grant) => ({ grant, order: random() }))
          .sort((a, b) => a.order - b.order)
          .slice(0, sample)
          .map(({ grant }) => grant);
  const table = new Table({ head: ['without', 'noticed by'], style: { head: [], border: [] } });
  let missed = 0;
  for (const [index, grant] of chosen.entries()) {
    const by = await noticed(grant, runs);
    if (by === undefined) missed += 1;
    const what = `${grant.role}: ${grant.actions.join(', ')}`;
    console.log(`${index + 1} of ${chosen.length}: ${what}: ${by ?? 'NOT NOTICED'}`);
    table.push([what, by ?? 'NOTHING']);
  }
  console.log(table.toString());
  console.log(
    `${grants.length} statements, seed ${seed}: ${unused.length} granted actions unused, ${chosen.length - missed} of ${chosen.length} removals noticed`,
  );
  return unused.length === 0 && missed === 0;
};
