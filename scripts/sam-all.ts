/**
 * Runs every function of every template in the SAM CLI, with a success and a refusal each: `npm run sam:all`. The functions
 * reach AWS services in a local cloud that is started for it. `--only orders/place` (or a domain) runs a part, `--lanes N`
 * runs so many at once, `--debug PORT` (with `--only` and `--kind`) waits for a debugger.
 */
import Table from 'cli-table3';
import { join } from 'node:path';
import * as z from 'zod';
import { orEnd, readArguments, readOptions, UsageError, wholeNumber } from '../lib/client/command-line.ts';
import { stateSecret } from '../lib/local/iam/credentials.ts';
import { type Kind, KINDS, readFunctionEvent } from './events/event-file.ts';
import { judge, prepare } from './events/exercise.ts';
import { templateFunctions } from './events/functions.ts';
import { type EventCloud, startEventCloud } from './events/event-cloud.ts';
import { cacheFolder, install } from './oracles/install.ts';
import { pythonPackage } from './oracles/installations.ts';
import { ADAPTATIONS, type SamFunction, samFunctions } from './sam/adapted-template.ts';
import { ensureBaseImage } from './sam/base-image.ts';
import { findDocker } from './sam/docker.ts';
import { reachFromContainers } from './sam/reach.ts';
import { samCommand, samInvoke, type SamRun } from './sam/sam-invoke.ts';

const SAM = { name: 'SAM CLI', version: '1.170.0', installation: pythonPackage('aws-sam-cli') };
const INSTALL_MS = 600_000;
const USAGE =
  'Usage: npm run sam:all -- [--only orders|orders/place] [--kind success|refusal] [--lanes 2] [--debug 5858]';

const { values } = orEnd(() =>
  readArguments(USAGE, {
    options: {
      only: { type: 'string' },
      kind: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      debug: { type: 'string' },
    },
  }),
);
const options = orEnd(() =>
  readOptions(
    USAGE,
    z.object({
      only: z.string().optional(),
      kind: z.enum(KINDS, { error: 'success or refusal is needed' }).optional(),
      lanes: wholeNumber(1, 16),
      debug: wholeNumber(1, 65_535).optional(),
    }),
    values,
  ),
);
const { only, kind: onlyKind, lanes, debug } = options;
const kinds: readonly Kind[] = onlyKind === undefined ? KINDS : [onlyKind];

const chosen = orEnd(() => {
  const all = templateFunctions();
  const found = all.filter(({ entry }) => only === undefined || entry === only || entry.startsWith(`${only}/`));
  if (found.length === 0) {
    throw new UsageError(
      `No template has the function ${only}. There are:\n  ${all.map(({ entry }) => entry).join('\n  ')}`,
    );
  }
  if (debug !== undefined && (found.length > 1 || kinds.length > 1))
    throw new UsageError(`A debugger takes one event: name it by --only DOMAIN/FUNCTION and --kind.\n${USAGE}`);
  return found;
});

const give = (message: string): never => {
  console.error(message);
  process.exit(1);
};

// What was started here ends with the process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const started = performance.now();
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);

const installed = await install(SAM, AbortSignal.timeout(INSTALL_MS));
if ('notRun' in installed)
  throw give(`The SAM CLI is missing and ${installed.notRun}.\nGet it by: pip install aws-sam-cli==${SAM.version}`);
const docker = await findDocker(join(cacheFolder(), 'docker'));
if ('missing' in docker) throw give(docker.missing);

interface Ran {
  readonly entry: string;
  readonly kind: Kind;
  readonly problems: readonly string[];
  readonly seconds: number;
}
const results: Ran[] = [];

/** How often an event is run whose log SAM has cut off, when its lines are what is looked at. */
const ATTEMPTS = 3;

const runOne = async (cloud: EventCloud, run: SamRun, fn: SamFunction, kind: Kind, attempt = 1): Promise<void> => {
  const began = performance.now();
  let problems: readonly string[];
  try {
    const event = readFunctionEvent(fn.entry, kind);
    const prepared = await prepare(cloud, event);
    const name = `${fn.entry.replace('/', '-')}.${kind}`;
    if (only === fn.entry) {
      const { args, env } = samCommand(run, fn, name, prepared.payload);
      const words = Object.entries(env).map(([variable, value]) => `${variable}='${value}'`);
      console.log(`${words.join(' ')} \\\n  ${run.sam} ${args.join(' ')}`);
    }
    const outcome = await samInvoke(run, fn, name, prepared.payload);
    if (only === fn.entry) console.log([...outcome.lines, outcome.payload].join('\n'));
    if (!outcome.isLogWhole && event.expect.logs !== undefined && attempt < ATTEMPTS)
      return await runOne(cloud, run, fn, kind, attempt + 1);
    problems = await judge(prepared, outcome);
  } catch (error) {
    problems = [error instanceof Error ? error.message : String(error)];
  }
  results.push({ entry: fn.entry, kind, problems, seconds: (performance.now() - began) / 1000 });
  const total = chosen.length * kinds.length;
  const place = `[${String(results.length).padStart(String(total).length)}/${total}]`;
  console.log(`${place} ${fn.entry} ${kind} ${problems.length === 0 ? 'passed' : 'FAILED'} ${seconds(began)} s`);
  for (const problem of problems) console.log(`    ${problem}`);
};

let cloud: Awaited<ReturnType<typeof startEventCloud>> | undefined;
try {
  const image = await ensureBaseImage(docker);
  if ('missing' in image) throw new Error(image.missing);
  cloud = await startEventCloud();
  const reach = await reachFromContainers(docker, cloud.awsUrl);
  const folder = join(cloud.stateDir, 'sam');
  const { awsUrl, stateDir } = cloud;
  const functions = await samFunctions(chosen, { folder, awsUrl, endpoint: reach.url, secret: stateSecret(stateDir) });
  const sam = join(installed.folder, 'bin', 'sam');
  const run: SamRun = { sam, docker, folder, awsUrl, debugPort: debug };
  console.log(
    `SAM CLI ${SAM.version}, base image: ${image.from}. Changed in the templates:\n  ${ADAPTATIONS.join('\n  ')}`,
  );
  const queue = functions.flatMap((fn) => kinds.map((kind) => ({ fn, kind })));
  const here = cloud;
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await runOne(here, run, next.fn, next.kind);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  reach.stop();
} finally {
  await cloud?.stop();
  await docker.stop();
}

const table = new Table({
  head: ['domain', 'functions', 'events', 'passed', 'failed', 'seconds'],
  style: { head: [], border: [] },
  colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
});
const row = (name: string, ran: readonly Ran[], time: string): void => {
  const failed = ran.filter(({ problems }) => problems.length > 0).length;
  table.push([name, new Set(ran.map(({ entry }) => entry)).size, ran.length, ran.length - failed, failed, time]);
};
const domainOf = ({ entry }: Ran): string => entry.split('/')[0] ?? '';
for (const domain of [...new Set(results.map(domainOf))].sort()) {
  const ran = results.filter((each) => domainOf(each) === domain);
  row(domain, ran, ran.reduce((sum, each) => sum + each.seconds, 0).toFixed(1));
}
row('all', results, seconds(started));
console.log(`\n${table.toString()}`);
process.exitCode = results.every(({ problems }) => problems.length === 0) ? 0 : 1;
