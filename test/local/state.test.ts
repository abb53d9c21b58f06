import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createState, StateInUse, StateUnreadable } from '../../lib/local/state.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const openState = () => createState({ file: join(directory, 'state.db') });
const values = (state: ReturnType<typeof openState>) =>
  state.database
    .prepare('SELECT value FROM things ORDER BY value')
    .all()
    .map((row) => row['value']);

test('a state file that SQLite did not write is refused with what can be done', () => {
  writeFileSync(
    join(directory, 'state.db'),
    'no database at all, but long enough to have a header of its own '.repeat(99),
  );
  expect(() => openState()).toThrow(StateUnreadable);
  expect(() => openState()).toThrow('"npm start -- --fresh"');
});

test('what was committed is there after the state is opened again', async () => {
  const first = openState();
  await first.commit(() => first.database.exec('CREATE TABLE things (value TEXT)'));
  await first.commit(() => first.database.exec("INSERT INTO things VALUES ('kept')"));
  await first.close();
  const second = openState();
  expect(values(second)).toEqual(['kept']);
  await second.close();
});

test('work that throws is undone alone, the rest of its turn is kept', async () => {
  const state = openState();
  await state.commit(() => state.database.exec('CREATE TABLE things (value TEXT)'));
  const outcomes = await Promise.allSettled([
    state.commit(() => state.database.exec("INSERT INTO things VALUES ('a')")),
    state.commit(() => {
      state.database.exec("INSERT INTO things VALUES ('b')");
      throw new Error('no');
    }),
    state.commit(() => state.database.exec("INSERT INTO things VALUES ('c')")),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(values(state)).toEqual(['a', 'c']);
  await state.close();
});

test('the work of a turn is one transaction that others do not see before its end', async () => {
  const state = openState();
  await state.commit(() => state.database.exec('CREATE TABLE things (value TEXT)'));
  const settled: string[] = [];
  const both = Promise.all(
    ['a', 'b'].map((value) =>
      state
        .commit(() => state.database.prepare('INSERT INTO things VALUES (?)').run(value))
        .then(() => settled.push(value)),
    ),
  );
  expect(state.database.isTransaction).toBe(true);
  expect(values(state)).toEqual(['a', 'b']);
  await Promise.resolve();
  expect(settled).toEqual([]);
  await both;
  expect(state.database.isTransaction).toBe(false);
  await state.close();
});

test('closing waits for what is under way, and then refuses more', async () => {
  const state = openState();
  await state.commit(() => state.database.exec('CREATE TABLE things (value TEXT)'));
  const late = state.commit(() => state.database.exec("INSERT INTO things VALUES ('late')"));
  await state.close();
  await expect(late).resolves.toBeUndefined();
  await expect(state.commit(() => undefined)).rejects.toThrow(/is closed/);
});

test('a second cloud on the same state is refused with what to do', async () => {
  const first = openState();
  expect(() => openState()).toThrow(StateInUse);
  await first.close();
});
