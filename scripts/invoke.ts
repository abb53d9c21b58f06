/**
 * Runs one function in the local cloud with its event: `npm run invoke -- orders/place`. The cloud is the one of `npm start`
 * when that runs, else one that is started for it on a state of its own. `--kind refusal` takes the other event of
 * `events/`, `--event FILE` any file of that form, or an event alone.
 */
import { spawnSync } from 'node:child_process';
import * as z from 'zod';
import { httpUrl, orEnd, readArguments, readOptions, UsageError } from '../lib/client/command-line.ts';
import { lambdaEntries } from './bundle.ts';
import { eventFile, EventFileError, KINDS, readAnyEvent } from './events/event-file.ts';
import { judge, prepare } from './events/exercise.ts';
import { type EventCloud, joinCloud, startEventCloud } from './events/event-cloud.ts';

const USAGE = `Usage: npm run invoke -- DOMAIN/FUNCTION [--kind success|refusal] [--event FILE]
  [--url http://127.0.0.1:4000] [--aws-url http://127.0.0.1:4566]`;

const { values, positionals } = orEnd(() =>
  readArguments(USAGE, {
    allowPositionals: true,
    options: {
      kind: { type: 'string', default: 'success' },
      event: { type: 'string' },
      url: { type: 'string', default: 'http://127.0.0.1:4000' },
      'aws-url': { type: 'string', default: 'http://127.0.0.1:4566' },
    },
  }),
);
const Settings = z.object({
  kind: z.enum(KINDS, { error: 'success or refusal is needed' }),
  url: httpUrl(),
  'aws-url': httpUrl(),
});
const settings = orEnd(() => readOptions(USAGE, Settings, values));

const entry = orEnd(() => {
  const [name = '', ...more] = positionals;
  const known = [...lambdaEntries().keys()];
  if (known.includes(name) && more.length === 0) return name;
  const said = name === '' ? 'Name a function.' : `There is no function ${positionals.join(' ')}.`;
  throw new UsageError(`${said} There are:\n  ${known.join('\n  ')}\n${USAGE}`);
});

const file = values.event ?? eventFile(entry, settings.kind);
const { event, isWhole } = orEnd(() => {
  try {
    const read = readAnyEvent(file);
    return { event: { ...read, entry, kind: settings.kind, file }, isWhole: read.isWhole };
  } catch (error) {
    if (!(error instanceof EventFileError)) throw error;
    throw new UsageError(`${error.message}\n${USAGE}`, { cause: error });
  }
});

const findCloud = async (): Promise<EventCloud> => {
  const running = await joinCloud(settings.url, settings['aws-url']);
  if (running !== undefined) return running;
  console.log(`No local cloud answers at ${settings['aws-url']}, so one is started for this.`);
  const built = spawnSync('npm', ['run', '--silent', 'synth'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (built.status !== 0) throw new Error('The app cannot be synthesized: see above.');
  return startEventCloud();
};

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

const cloud = await findCloud();
try {
  console.log(`${entry}, ${event.file}: ${event.says}`);
  const prepared = await prepare(cloud, event);
  const outcome = await cloud.invoke(entry, prepared.payload);
  console.log(`Log:\n${indented(outcome.lines.join('\n'))}`);
  console.log(`${outcome.failed ? 'It threw' : 'Answer'}:\n${indented(pretty(outcome.payload))}`);
  if (isWhole) {
    const found = await judge(prepared, outcome);
    console.log(found.length === 0 ? 'As expected.' : `Not as expected:\n${indented(found.join('\n'))}`);
    process.exitCode = found.length === 0 ? 0 : 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await cloud.stop();
}
