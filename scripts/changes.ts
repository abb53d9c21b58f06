/**
 * `npm run changes -- --before DIR [--after DIR]`: what differs between two assemblies (`cdk.out` unless said), as Markdown: the
 * stacks to deploy, their resources, and which of them are rights or hold data.
 */
import { orEnd, readArguments } from '../lib/client/command-line.ts';
import { assemblyChanges, readAssembly } from './assemblies/changes.ts';
import { changesAsMarkdown } from './assemblies/markdown.ts';

const USAGE = 'Usage: npm run changes -- --before DIR [--after DIR]';
const { values } = orEnd(() =>
  readArguments(USAGE, { options: { before: { type: 'string' }, after: { type: 'string', default: 'cdk.out' } } }),
);
if (values.before === undefined) {
  console.error(`--before is missing.\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    console.log(changesAsMarkdown(assemblyChanges(readAssembly(values.before), readAssembly(values.after))));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
