/**
 * `npm start`: synthesizes the app and runs it on this machine.
 *
 * `--fresh` begins with empty state; `--filter-domain`, `--filter-trace` and `--level` choose lines of the live log;
 * (the log begins when the demo shops are there, with `--level debug` at once);
 * `--port` and `--aws-port` choose ports (0: any free one); `--state` the state directory; `--concurrency one|many`;
 * `--synchronous FULL|NORMAL`; `--engine-endpoint URL` takes another DynamoDB; `--profile` prints where the time went. `WEATHER=rough` (with
 * `WEATHER_SEED`) makes the cloud unkind. `--bare` takes the app in cdk.out as it is (or in `--assembly`), with no demo shops
 * and no watching. `--nodes N` starts so many storage nodes (2; with `--bare` none unless it is said). `--without ID` (as often as wanted) takes a statement of a role away (ids: `/_local/grants/statements` of the AWS endpoint).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { httpUrl, orEnd, readArguments, readOptions, wholeNumber } from '../lib/client/command-line.ts';
import { demoShops } from '../lib/client/demo-shops.ts';
import { apiClient } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { addLocalNodes } from '../lib/client/storage/local-nodes.ts';
import type { ShownNode } from '../lib/client/storage/nodes.ts';
import { welcome } from '../lib/client/welcome.ts';
import { startCloud, type Cloud } from '../lib/local/cloud.ts';
import { shownTimes, startProfile } from '../lib/local/cpu-profile.ts';
import { createLog } from '../lib/local/log.ts';
import { READY_WORD } from '../lib/local/spawn.ts';
import { startStorageNodes, type RunningNodes } from '../lib/local/start/storage-nodes.ts';
import { createBundles } from '../lib/local/start/bundles.ts';
import { changedStacks, createStackWatch } from '../lib/local/start/stack-changes.ts';
import { ensureAssembly, synthesize } from '../lib/local/start/synthesis.ts';
import { BUNDLES, bundleOptions, lambdaEntries } from '../scripts/bundle.ts';

const USAGE = `Usage: npm start -- [--fresh] [--port 4000] [--aws-port 4566] [--state .local/state]
  [--filter-domain DOMAIN] [--filter-trace ID] [--level debug|info|warn|error] [--concurrency one|many]
  [--synchronous FULL|NORMAL] [--engine-endpoint URL] [--profile] [--nodes 2] [--bare [--assembly cdk.out]] [--without STATEMENT]; WEATHER=rough npm start`;

const { values } = orEnd(() =>
  readArguments(USAGE, {
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
      nodes: { type: 'string' },
      assembly: { type: 'string' },
      without: { type: 'string', multiple: true },
      level: { type: 'string' },
      'filter-domain': { type: 'string' },
      'filter-trace': { type: 'string' },
    },
  }),
);

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: `${words.join(' or ')} is needed` });

const Settings = z.object({
  port: wholeNumber(0, 65_535),
  'aws-port': wholeNumber(0, 65_535),
  nodes: wholeNumber(0, 20),
  concurrency: oneOf(['one', 'many']),
  synchronous: oneOf(['FULL', 'NORMAL']),
  level: oneOf(['debug', 'info', 'warn', 'error']),
  'engine-endpoint': httpUrl().optional(),
  WEATHER: oneOf(['calm', 'rough']),
  WEATHER_SEED: wholeNumber(0),
});

const { CARTWRIGHT_LOG_LEVEL: functionLevel, WEATHER = 'calm', WEATHER_SEED = '1' } = process.env;
const settings = orEnd(() =>
  readOptions(USAGE, Settings, {
    ...values,
    nodes: values.nodes ?? (values.bare ? '0' : '2'),
    level: values.level ?? functionLevel ?? 'info',
    WEATHER,
    WEATHER_SEED,
  }),
);

// Lambda's time zone; a worker cannot have one of its own.
process.env['TZ'] = 'UTC';

/** Beside the AWS endpoint's, where a newcomer finds them again. */
const FIRST_NODE_PORT = 4571;

/** While the demo shops are made, hundreds of lines would hide how far they are. */
let seeding = false;

const log = createLog({
  print: (line) => console.log(line),
  now: () => Date.now(),
  filter: {
    domain: values['filter-domain'],
    trace: values['filter-trace'],
    level: settings.level,
    hushed: () => seeding && settings.level !== 'debug',
  },
  colour: process.stdout.isTTY,
});
const say = (message: string, level: 'info' | 'warn' | 'error' = 'info'): void =>
  log.write({ source: 'cloud', level, message });

const bundles = createBundles({
  bundling: {
    root: process.cwd(),
    entries: lambdaEntries,
    options: bundleOptions,
    directory: BUNDLES,
    foundations: ['package-lock.json', 'scripts/bundle.ts'],
  },
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
    weather: { rough: settings.WEATHER === 'rough', seed: settings.WEATHER_SEED },
    concurrency: settings.concurrency,
    synchronous: settings.synchronous,
    engineEndpoint: settings['engine-endpoint'],
    log,
    variables: functionLevel === undefined ? {} : { CARTWRIGHT_LOG_LEVEL: functionLevel },
    profile: values.profile,
    withdrawn: values.without,
    rebuilt: () => bundles.rebuilt(),
  });
  if (!values.bare) bundles.watch();
  return cloud;
};

/** The stores of this machine as storage nodes of the cloud. */
const addNodes = async (cloud: Cloud, { nodes }: RunningNodes): Promise<readonly ShownNode[]> => {
  if (nodes.length === 0) return [];
  const deployment = { stage: 'dev', endpoint: cloud.awsUrl };
  const api = apiClient(cloud.apiUrl);
  try {
    return await addLocalNodes({ api, credential: await readOperatorKey(deployment) }, deployment, nodes);
  } finally {
    api.close();
  }
};

/** Storage nodes and demo shops where there are none yet, then what a developer needs to begin. */
const announce = async (cloud: Cloud, stores: RunningNodes): Promise<void> => {
  if (values.bare) await addNodes(cloud, stores);
  if (values['ready-line']) {
    console.log(`${READY_WORD}${JSON.stringify({ apiUrl: cloud.apiUrl, awsUrl: cloud.awsUrl })}`);
  }
  if (values.bare) return;
  const api = apiClient(cloud.apiUrl);
  seeding = true;
  try {
    const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
    const said = new Set<string>();
    const adding = addNodes(cloud, stores);
    const making = demoShops(api, operatorKey, join(values.state, 'demo-shops.json'), (message) => {
      if (!said.has(message)) say(message);
      said.add(message);
    });
    const [nodes, shops] = await Promise.all([adding, making]);
    console.log(welcome(cloud.apiUrl, cloud.awsUrl, shops, nodes));
  } catch (error) {
    // Whoever broke a handler mends it while the cloud serves, so this is no reason to end it.
    const why = error instanceof Error ? error.message : String(error);
    const where = `It serves without them: API ${cloud.apiUrl}, AWS endpoint ${cloud.awsUrl}.`;
    say(`The storage nodes and demo shops could not be made: ${why}\n${where} The next start tries again.`, 'error');
  } finally {
    seeding = false;
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
    // Who started it as a part of something else holds this pipe as long as that goes on.
    if (values['ready-line']) process.stdin.once('close', resolve).resume();
  });

const interrupted = untilInterrupted();
const endProfile = values.profile ? await startProfile() : undefined;
try {
  const cloud = await start();
  const stores = await startStorageNodes({
    stateDir: values.state,
    count: settings.nodes,
    firstPort: values.bare ? 0 : FIRST_NODE_PORT,
    log,
  });
  await Promise.race([announce(cloud, stores), interrupted]);
  await interrupted;
  if (endProfile !== undefined) {
    console.log(['Main thread:', ...shownTimes([await endProfile()], 30)].join('\n'));
    console.log(['Functions:', ...shownTimes(await cloud.profiles(), 50)].join('\n'));
  }
  bundles.stop();
  stackWatch.stop();
  await Promise.all([cloud.stop(), stores.stop()]);
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
