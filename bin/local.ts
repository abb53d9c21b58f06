/**
 * `npm start`: synthesizes the app and runs it on this machine.
 *
 * `--fresh` begins with empty state; `--filter-domain`, `--filter-trace` and `--level` choose lines of the live log;
 * `--port` and `--aws-port` choose ports (0: any free one); `--state` the state directory; `--concurrency one|many`;
 * `--synchronous FULL|NORMAL`; `--engine-endpoint URL` takes another DynamoDB; `--profile` prints where the time went. `WEATHER=rough` (with
 * `WEATHER_SEED`) makes the cloud unkind. `--bare` takes the app in cdk.out as it is (or in `--assembly`), with no demo shops
 * and no watching. `--without ID` (as often as wanted) takes a statement of a role away (ids: `/_local/grants/statements` of the AWS endpoint).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { demoShops } from '../lib/client/demo-shops.ts';
import { apiClient } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { welcome } from '../lib/client/welcome.ts';
import { startCloud, type Cloud } from '../lib/local/cloud.ts';
import { shownTimes, startProfile } from '../lib/local/cpu-profile.ts';
import { createLog } from '../lib/local/log.ts';
import { READY_WORD } from '../lib/local/spawn.ts';
import { createBundles } from '../lib/local/start/bundles.ts';
import { changedStacks, createStackWatch } from '../lib/local/start/stack-changes.ts';
import { ensureAssembly, synthesize } from '../lib/local/start/synthesis.ts';
import { BUNDLES, bundleOptions, lambdaEntries } from '../scripts/bundle.ts';

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    bare: { type: 'boolean', default: false },
    'ready-line': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    port: { type: 'string', default: '4000' },
    'aws-port': { type: 'string', default: '4566' },
    state: { type: 'string', default: '.local/state' },
    concurrency: { type: 'string', default: 'many' },
    synchronous: { type: 'string', default: 'FULL' },
    'engine-endpoint': { type: 'string' },
    assembly: { type: 'string' },
    without: { type: 'string', multiple: true },
    level: { type: 'string' },
    'filter-domain': { type: 'string' },
    'filter-trace': { type: 'string' },
  },
});

const port = z.coerce.number().int().min(0).max(65_535);

const Settings = z.object({
  port,
  'aws-port': port,
  concurrency: z.enum(['one', 'many']),
  synchronous: z.enum(['FULL', 'NORMAL']),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  weather: z.enum(['calm', 'rough']),
  seed: z.coerce.number().int(),
});

const { CARTWRIGHT_LOG_LEVEL: functionLevel, WEATHER: weather = 'calm', WEATHER_SEED: seed = '1' } = process.env;
const settings = Settings.parse({ ...values, level: values.level ?? functionLevel ?? 'info', weather, seed });

// Lambda's time zone; a worker cannot have one of its own.
process.env['TZ'] = 'UTC';

const log = createLog({
  print: (line) => console.log(line),
  now: () => Date.now(),
  filter: { domain: values['filter-domain'], trace: values['filter-trace'], level: settings.level },
  colour: process.stdout.isTTY,
});
const say = (message: string, level: 'info' | 'warn' | 'error' = 'info'): void =>
  log.write({ source: 'cloud', level, message });

const bundles = createBundles({
  bundling: { root: process.cwd(), entries: lambdaEntries, options: bundleOptions, directory: BUNDLES },
  onEdited: () => stackWatch.edited(),
  onBuilt: (entries, milliseconds) =>
    say(`Built ${entries.length === 1 ? entries[0] : `${entries.length} functions`} in ${Math.round(milliseconds)} ms`),
  onFailed: (problem) => say(`${problem}\nThe last build stands.`, 'error'),
});

const assembly = values.assembly ?? (values.bare ? 'cdk.out' : '.local/assembly');

const editedAssembly = '.local/assembly-edited';
const stackWatch = createStackWatch({
  quietMs: 1_500,
  synthesize: () => synthesize(editedAssembly, false),
  compare: () => changedStacks(assembly, editedAssembly),
  onChanged: (stacks) => say(`${stacks.join(', ')} changed: start again to apply it`, 'warn'),
  onFailed: (problem) => say(problem, 'error'),
});

const start = async (): Promise<Cloud> => {
  if (values.fresh) rmSync(values.state, { recursive: true, force: true });
  await ensureAssembly({ assembly, staged: values.bare, refresh: !values.bare, build: bundles.build, report: say });
  const cloud = await startCloud({
    assembly,
    stateDir: values.state,
    apiPort: settings.port,
    awsPort: settings['aws-port'],
    weather: { rough: settings.weather === 'rough', seed: settings.seed },
    concurrency: settings.concurrency,
    synchronous: settings.synchronous,
    engineEndpoint: values['engine-endpoint'],
    log,
    variables: functionLevel === undefined ? {} : { CARTWRIGHT_LOG_LEVEL: functionLevel },
    profile: values.profile,
    withdrawn: values.without,
    rebuilt: () => bundles.rebuilt(),
  });
  if (!values.bare) bundles.watch();
  return cloud;
};

/** Demo shops where there are none yet, then what a developer needs to begin. */
const announce = async (cloud: Cloud): Promise<void> => {
  if (values['ready-line']) {
    console.log(`${READY_WORD}${JSON.stringify({ apiUrl: cloud.apiUrl, awsUrl: cloud.awsUrl })}`);
  }
  if (values.bare) return;
  const api = apiClient(cloud.apiUrl);
  try {
    const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
    let last = '';
    const shops = await demoShops(api, operatorKey, join(values.state, 'demo-shops.json'), (message) => {
      if (message !== last) say(message);
      last = message;
    });
    console.log(welcome(cloud.apiUrl, cloud.awsUrl, shops));
  } finally {
    api.close();
  }
};

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    let asked = false;
    const interrupt = (): void => {
      // Who asks twice does not want to wait; what was acknowledged is on disk.
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
  });

const interrupted = untilInterrupted();
const endProfile = values.profile ? await startProfile() : undefined;
try {
  const cloud = await start();
  await Promise.race([announce(cloud), interrupted]);
  await interrupted;
  if (endProfile !== undefined) {
    console.log(['Main thread:', ...shownTimes([await endProfile()], 30)].join('\n'));
    console.log(['Functions:', ...shownTimes(await cloud.profiles(), 50)].join('\n'));
  }
  bundles.stop();
  stackWatch.stop();
  await cloud.stop();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
