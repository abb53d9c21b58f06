import { App } from 'aws-cdk-lib/core';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../bin/app.ts';
import { callBreaks, CallCatalogue, currentCalls } from './call-catalogue.ts';
import { Catalogue, catalogueBreaks, currentCatalogue } from './event-catalogue.ts';
import { moved, NamedResources, namedResources } from './named-resources.ts';

/**
 * `npm run catalogue`: writes down what others rely on: the events (`docs/events.json`), the calls (`docs/calls.json`) and the
 * resources with names (`docs/named-resources.json`). A change that takes something away from them is refused; `--force` writes it all the
 * same, for what was never deployed.
 */
const EVENTS = 'docs/events.json';
const CALLS = 'docs/calls.json';
const NAMES = 'docs/named-resources.json';

const committed = (file: string): unknown => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

const events = await currentCatalogue();
const earlierEvents = Catalogue.safeParse(committed(EVENTS));

const calls = await currentCalls();
const earlierCalls = CallCatalogue.safeParse(committed(CALLS));

const app = new App({ builtinCloudFormationValidation: false, outdir: mkdtempSync(join(tmpdir(), 'catalogue-')) });
compose(app);
const names = namedResources(
  app.synth().stacks.map(({ stackName, template }) => ({ stackName, resources: Object(template).Resources })),
);
const earlierNames = NamedResources.safeParse(committed(NAMES));

const problems = [
  ...(earlierEvents.success ? catalogueBreaks(earlierEvents.data, events) : []).map(
    (problem) => `${problem} (make a new version of the event)`,
  ),
  ...(earlierCalls.success ? callBreaks(earlierCalls.data, calls) : []).map(
    (problem) => `${problem} (make a new call beside the old one)`,
  ),
  ...(earlierNames.success ? moved(earlierNames.data, names) : []).map(
    (problem) => `${problem} (keep the construct's id, or give it another name)`,
  ),
];
if (problems.length > 0 && !process.argv.includes('--force')) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else {
  for (const [file, content] of Object.entries({ [EVENTS]: events, [CALLS]: calls, [NAMES]: names })) {
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  }
  const count = (entries: object): number => Object.keys(entries).length;
  console.log(`${count(events.events)} events, ${count(calls)} calls, ${count(names)} names`);
}
