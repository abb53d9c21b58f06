import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createWorld, type World } from './world.ts';

const worlds: World[] = [];
const world = async (fixtures: Parameters<typeof createWorld>[0]): Promise<World> => {
  const made = await createWorld(fixtures, { concurrency: 'many' });
  worlds.push(made);
  return made;
};
afterEach(async () => {
  for (const made of worlds.splice(0)) {
    await made.stop();
    made.directory.remove();
  }
});

const named = (name: string) => ({
  source: `const own = process.env.OWN; const name = process.env.AWS_LAMBDA_FUNCTION_NAME; let calls = 0;
    export const handler = async () => { calls += 1; console.log(own + ' says ' + calls); return { own, name, calls }; };`,
  properties: { Environment: { Variables: { OWN: `own of ${name}` } } },
});

test('functions that share a thread have variables, module state and printed lines of their own', async () => {
  const { invoke, printed } = await world({ a: named('a'), b: named('b'), c: named('c') });
  const answers = await Promise.all(['a', 'b', 'c', 'a', 'b', 'c'].map((name) => invoke(name)));
  expect(answers.map(({ answer }) => answer)).toEqual(
    [1, 2].flatMap((calls) => ['a', 'b', 'c'].map((name) => ({ own: `own of ${name}`, name, calls }))),
  );
  for (const name of ['a', 'b', 'c']) {
    const lines = printed.filter((line) => line.includes(`own of ${name} says`));
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => line.includes(`${name}: own of ${name}`))).toBe(true);
  }
});

test('a bundle that cannot be loaded leaves its neighbours alone', async () => {
  const { invoke } = await world({ broken: { source: `throw new Error('no table bound');` }, a: named('a') });
  expect((await invoke('broken')).answer).toMatchObject({ errorMessage: 'no table bound' });
  expect((await invoke('a')).answer).toMatchObject({ calls: 1 });
  expect((await invoke('broken')).error).toBe('Unhandled');
});

test('a call that is too late gets a time-out, and the function begins anew beside the one that still works', async () => {
  const source = `let calls = 0; export const handler = (event) => { calls += 1; return event.late ? new Promise(() => {}) : calls; };`;
  const { invoke, clock } = await world({ late: { source, properties: { Timeout: 2 } }, a: named('a') });
  expect((await invoke('late')).answer).toBe(1);
  const waiting = invoke('late', { late: true });
  await invoke('a');
  await clock.advance(2_200);
  expect((await waiting).answer).toMatchObject({ errorType: 'Sandbox.Timedout' });
  expect((await invoke('late')).answer).toBe(1);
  await clock.advance(5_000);
  expect((await invoke('a')).answer).toMatchObject({ calls: 2 });
});

test('a thread that is only idle after a time-out keeps its functions', async () => {
  const source = 'export const handler = (event) => (event.late ? new Promise(() => {}) : 1);';
  const { invoke, clock } = await world({ late: { source, properties: { Timeout: 2 } }, a: named('a'), b: named('b') });
  for (const name of ['late', 'a', 'b']) await invoke(name);
  const waiting = invoke('late', { late: true });
  await clock.advance(2_200);
  expect((await waiting).error).toBe('Unhandled');
  // Long enough in real time for the thread's word to come; the clock has not moved.
  expect((await invoke('late')).answer).toBe(1);
  await clock.advance(5_000);
  expect((await invoke('a')).answer).toMatchObject({ calls: 2 });
  expect((await invoke('b')).answer).toMatchObject({ calls: 2 });
});

test('an endless loop costs its thread, whose other functions begin anew', async () => {
  const source = 'export const handler = (event) => { if (event.loop) for (;;); return 1; };';
  const { invoke, clock } = await world({
    loops: { source, properties: { Timeout: 2 } },
    a: named('a'),
    b: named('b'),
  });
  await invoke('loops');
  await invoke('a');
  await invoke('b');
  const stuck = invoke('loops', { loop: true });
  await clock.advance(2_200);
  expect((await stuck).answer).toMatchObject({ errorType: 'Sandbox.Timedout' });
  await clock.advance(1_500);
  const counts = [(await invoke('a')).answer, (await invoke('b')).answer];
  expect(counts).toContainEqual(expect.objectContaining({ calls: 1 }));
  expect(counts).toContainEqual(expect.objectContaining({ calls: 2 }));
  expect((await invoke('loops')).answer).toBe(1);
});

test('an error that nobody catches fails the calls that are under way in its thread, and no later one', async () => {
  const rejects = `export const handler = () => new Promise(() => { Promise.reject(new TypeError('forgotten')); });`;
  const { invoke } = await world({ rejects: { source: rejects }, a: named('a') });
  expect((await invoke('rejects')).answer).toMatchObject({ errorType: 'TypeError', errorMessage: 'forgotten' });
  expect((await invoke('a')).answer).toMatchObject({ calls: 1 });
  expect((await invoke('rejects')).error).toBe('Unhandled');
});

test('an edited bundle answers with the next invocation, with fresh module state', async () => {
  const { invoke, clock, assembly } = await world({ a: named('a') });
  await invoke('a');
  const file = join(assembly.assetPath('a.zip') ?? '', 'index.mjs');
  writeFileSync(file, `let calls = 0; export const handler = async () => 'edited ' + (calls += 1);`);
  utimesSync(file, 1_900_000_000, 1_900_000_000);
  await clock.advance(20);
  expect((await invoke('a')).answer).toBe('edited 1');
});
