import { join } from 'node:path';
import { apiClient } from '../../lib/client/http.ts';
import { readApiUrls } from '../../lib/client/operator.ts';
import { stackName } from '../../lib/names.ts';
import { patchedCopy } from '../../prove/planted/plant.ts';
import { CHANGED_HEADER, changedHealth } from './changes.ts';
import { type Assembly, deployAll, destroyAll, synthesize } from './deployment.ts';
import type { Emulator } from './emulator.ts';
import { leftovers } from './leftovers.ts';
import { type RunSettings, STAGE } from './run-settings.ts';
import { runSuite, type SuiteRun } from './suite.ts';

/** What was done, for the table. */
export interface Row {
  readonly what: string;
  readonly seconds: number;
  readonly stacks?: number;
  readonly resources?: number;
  readonly suite?: SuiteRun;
}

export interface EmulatedRun {
  readonly installed: string;
  /** For what the run writes; removed afterwards. */
  readonly folder: string;
  readonly seed: number;
  /** Only the first files of the suite. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
  readonly rows: Row[];
  /** How many resources each adaptation has changed, in the app with all its domains. */
  adapted: readonly number[];
}

/** Something that should be otherwise: the run has failed, and says what was found. */
export class Surprise extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Surprise';
  }
}

/** The steps of a run on one emulator. Each is timed and leaves a row; each throws when it finds what should not be. */
export const createSteps = (run: EmulatedRun, emulator: Emulator) => {
  const { signal } = run;
  let assemblies = 0;

  const timed = async <Result extends object | void>(
    what: string,
    work: () => Promise<Result>,
    shown: (result: Result) => Omit<Row, 'what' | 'seconds'> = () => ({}),
  ): Promise<Result> => {
    signal.throwIfAborted();
    console.log(`\n== ${what}`);
    const started = performance.now();
    const result = await work();
    signal.throwIfAborted(); // a suite that was ended has counts, of which nothing follows
    run.rows.push({ what, seconds: (performance.now() - started) / 1000, ...shown(result) });
    return result;
  };

  const deployed = async (
    what: string,
    settings: Omit<RunSettings, 'endpoint' | 'ownCredentials'> & { ownCredentials?: boolean },
    root?: string,
  ) => {
    assemblies += 1;
    const into = join(run.folder, `assembly-${assemblies}`);
    const work = async () => {
      const assembly = await synthesize(emulator, {
        settings: { ownCredentials: false, ...settings },
        into,
        ...(root === undefined ? {} : { root }),
      });
      return { assembly, ...(await deployAll(emulator, assembly)) };
    };
    return timed(what, work, ({ assembly: { stacks, resources } }) => ({ stacks, resources }));
  };

  const suite = (files?: readonly string[]): Promise<SuiteRun> => {
    const report = join(run.folder, 'report.json');
    return runSuite(emulator.url, { ...(files === undefined ? {} : { files }), report, signal });
  };

  const tested = (what: string, files?: readonly string[]): Promise<SuiteRun> =>
    timed(what, () => suite(files), (found) => ({ suite: found })); // prettier-ignore

  /** Tests of which one must fail. */
  const noticed = (what: string, files: readonly string[]): Promise<SuiteRun> => timed(what, () => suite(files));

  const destroyed = (assembly: Assembly) =>
    timed('destroy all', async () => {
      await destroyAll(emulator, assembly);
      const left = await leftovers(emulator.url);
      if (left.length > 0) throw new Surprise(`cdk destroy left ${left.length} things behind: ${left.join(', ')}`);
    });

  const bootstrapped = (what: string) =>
    timed(what, async () => {
      const { ok, output } = await emulator.bootstrap();
      if (!ok) throw new Error(`cdk bootstrap failed:\n${output}`);
    });

  /** A change in one domain's code is deployed by that domain's stack alone, and its callers see it. */
  const updated = async (domain: string, order: readonly string[]): Promise<void> => {
    const copy = await patchedCopy([changedHealth(domain)]);
    try {
      const what = `update ${domain} alone`;
      const { changed } = await deployed(what, { order: [...order] }, copy.root);
      const stack = stackName(STAGE, domain);
      if (changed.join() !== stack) throw new Surprise(`A change of ${domain} changed: ${changed.join(', ')}`);
    } finally {
      copy.remove();
    }
    const urls = await readApiUrls({ stage: STAGE, endpoint: emulator.url });
    const api = apiClient(urls);
    const seen: string[] = [];
    for (const each of Object.keys(urls)) {
      const { headers } = await api.send('GET', `/v1/${each}/health`);
      if (headers[CHANGED_HEADER] !== undefined) seen.push(each);
    }
    api.close();
    if (seen.join() !== domain) throw new Surprise(`The change of ${domain} is seen in: ${seen.join(', ') || 'none'}`);
  };

  return { timed, deployed, tested, noticed, destroyed, bootstrapped, updated };
};
