import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
export const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

const SPEED_MS = 300;

/**
 * JSON round trips of one core per millisecond, now. A machine that others share is not always as fast: rows are only
 * comparable at the same speed, so it is noted with each.
 */
export const speed = (): number => {
  const started = performance.now();
  let rounds = 0;
  while (performance.now() - started < SPEED_MS) {
    JSON.parse(JSON.stringify({ a: [1, 2, 3, { b: 'xxxxxxxxxx' }], c: rounds }));
    rounds += 1;
  }
  return Math.round(rounds / SPEED_MS);
};

/** Appends a line to bench/results.jsonl. */
export const record = (row: string, figures: Readonly<Record<string, unknown>>): void => {
  const line = { at: new Date().toISOString(), commit, machine, row, ...figures };
  appendFileSync(fileURLToPath(new URL('results.jsonl', import.meta.url)), `${JSON.stringify(line)}\n`);
};
