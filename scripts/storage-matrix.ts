/**
 * Holds S3-compatible stores that others wrote, and the local cloud's own nodes, to the contract of a storage node, and
 * measures puts and gets. Installs each store into a cache, starts it on 127.0.0.1, tries it and stops it.
 * `npm run storage:matrix [-- NAME ...] [--install-minutes 20] [--write]`; `--write` puts the table into
 * docs/storage-nodes.md. What cannot be had on this machine is not run, with what is missing; a case that fails, fails
 * the command.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { format, resolveConfig } from 'prettier';
import { orEnd, readArguments } from '../lib/client/command-line.ts';
import { install } from './oracles/install.ts';
import { cells, differencesOf, failuresOf, HEAD, notRunOf, withMatrix, type Row } from './storage-matrix/report.ts';
import { stores } from './storage-matrix/stores.ts';
import { LOCAL_NODE, tryLocalNode, tryStore } from './storage-matrix/tried.ts';

const USAGE = 'Usage: npm run storage:matrix [-- NAME ...] [--install-minutes N] [--write]';
const DOCUMENT = 'docs/storage-nodes.md';

const { values, positionals } = orEnd(() =>
  readArguments(USAGE, {
    allowPositionals: true,
    options: {
      write: { type: 'boolean', default: false },
      'install-minutes': { type: 'string', default: '20' },
    },
  }),
);
const names = [...stores.map(({ name }) => name), LOCAL_NODE];
const unknown = positionals.filter((name) => !names.includes(name));
const minutes = Number(values['install-minutes']);
if (unknown.length > 0 || !(minutes > 0)) {
  console.error(
    unknown.length > 0
      ? `There is no ${unknown.join(', ')}. There are: ${names.join(', ')}.`
      : `${USAGE}: N is minutes.`,
  );
  process.exit(2);
}
const isChosen = (name: string): boolean => positionals.length === 0 || positionals.includes(name);

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
const inTime = AbortSignal.any([ended.signal, AbortSignal.timeout(minutes * 60_000)]);

const rows: Row[] = [];
for (const store of stores) {
  if (ended.signal.aborted || !isChosen(store.name)) continue;
  const found = await install(store, inTime);
  console.log(`== ${store.name} ${store.version}`);
  rows.push({ name: store.name, version: store.version, tried: await tryStore(store, found, ended.signal) });
}
if (!ended.signal.aborted && isChosen(LOCAL_NODE)) {
  console.log(`== ${LOCAL_NODE}`);
  rows.push({ name: LOCAL_NODE, version: 'this', tried: await tryLocalNode(ended.signal) });
}

const table = new Table({ head: [...HEAD], style: { head: [], border: [] } });
for (const row of rows) table.push([...cells(row)]);
console.log(`\n${table.toString()}`);
const failures = failuresOf(rows);
for (const [title, lines] of [
  ['Not run', notRunOf(rows)],
  ['Listed differences, each seen again', differencesOf(rows)],
  ['Failed', failures],
] as const) {
  if (lines.length > 0) console.log(`\n${title}:\n  ${lines.join('\n  ')}`);
}
if (ended.signal.aborted) console.log('\nEnded before all stores were tried.');

const whole = rows.length === names.length && notRunOf(rows).length === 0 && failures.length === 0;
if (values.write && whole) {
  const text = withMatrix(readFileSync(DOCUMENT, 'utf8'), rows, new Date().toISOString().slice(0, 10));
  writeFileSync(DOCUMENT, await format(text, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));
  console.log(`\nWritten to ${DOCUMENT}`);
} else if (values.write)
  console.log(`\n${DOCUMENT} stays as it is: only a run of all stores without a failure is written.`);
process.exitCode = failures.length === 0 && !ended.signal.aborted ? 0 : 1;
