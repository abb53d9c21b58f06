import { expect, it } from 'vitest';
import { functionArn } from '../fake-ports.ts';
import { only, runExpress } from './world.ts';

it('no Catch can stop the failure of a path that finds nothing', async () => {
  const task = {
    Type: 'Task',
    Resource: functionArn('echo'),
    Parameters: { 'x.$': '$.missing' },
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }],
    End: true,
  };
  const ended = await runExpress({ StartAt: 'T', States: { T: task, Saved: { Type: 'Pass', End: true } } }, { a: 1 });
  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

it('the context object tells when a state was entered', async () => {
  const state = { Type: 'Pass', Parameters: { 'at.$': '$$.State.EnteredTime' }, End: true };
  expect((await runExpress(only(state), {})).output).toEqual({ at: '2026-03-01T12:00:00.000Z' });
});

it('a random number is below the end of its range', async () => {
  const draw = 'States.MathRandom(5, 7)';
  const Parameters = {
    'drawn.$': `States.ArrayUnique(States.Array(${Array.from({ length: 20 }, () => draw).join()}))`,
  };
  const { output } = await runExpress(only({ Type: 'Pass', Parameters, OutputPath: '$.drawn', End: true }), {});
  expect([5, 6]).toEqual(expect.arrayContaining(Array.isArray(output) ? output : [output]));
});
