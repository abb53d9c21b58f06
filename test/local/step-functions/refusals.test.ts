import { describe, expect, it } from 'vitest';
import { functionArn } from '../fake-ports.ts';
import { createWorld, only } from './world.ts';

const task = { Type: 'Task', Resource: functionArn('f'), End: true };
const inner = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };

const refusal = async (definition: unknown): Promise<string> => {
  const world = createWorld({});
  return world.provision('machine', definition).then(
    () => 'accepted',
    (error: unknown) => String(error),
  );
};

describe('what is not implemented is refused at start, with its path', () => {
  it.each([
    ['JSONata for a machine', { ...inner, QueryLanguage: 'JSONata' }, 'DefinitionString.QueryLanguage'],
    ['JSONata for a state', only({ ...task, QueryLanguage: 'JSONata' }), 'States.Only.QueryLanguage'],
    ['variables', only({ ...task, Assign: { x: 1 } }), 'States.Only.Assign'],
    ['heartbeats', only({ ...task, HeartbeatSeconds: 5 }), 'States.Only.HeartbeatSeconds'],
    [
      'task tokens',
      only({ ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
      'States.Only.Resource',
    ],
    [
      'waiting for executions',
      only({ ...task, Resource: 'arn:aws:states:::states:startExecution.sync:2' }),
      'States.Only.Resource',
    ],
    ['SDK integrations', only({ ...task, Resource: 'arn:aws:states:::aws-sdk:s3:putObject' }), 'States.Only.Resource'],
    ['item readers', only({ Type: 'Map', ItemReader: {}, ItemProcessor: inner, End: true }), 'States.Only.ItemReader'],
    [
      'distributed maps',
      only({ Type: 'Map', ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED' } }, End: true }),
      'States.Only.ItemProcessor.ProcessorConfig.Mode',
    ],
    [
      'unknown intrinsic functions',
      only({ ...task, Parameters: { 'a.$': 'States.Shout($.x)' } }),
      'States.Only.Parameters.a.$',
    ],
    ['filters in paths', only({ ...task, InputPath: '$.a[?(@.b == 1)]' }), 'States.Only.InputPath'],
    ['functions in paths', only({ ...task, InputPath: '$.a.length()' }), 'States.Only.InputPath'],
    ['a ResultPath that is no reference', only({ ...task, ResultPath: '$.a[*]' }), 'States.Only.ResultPath'],
    [
      'unknown comparisons',
      only({ Type: 'Choice', Choices: [{ Variable: '$.a', Resembles: 1, Next: 'Only' }] }),
      'Choices[0].Resembles',
    ],
    [
      'a state inside a branch',
      only({ Type: 'Parallel', Branches: [only({ ...task, Assign: {} })], End: true }),
      'Branches[0].States.Only.Assign',
    ],
  ])('%s', async (_what, definition, path) => {
    const message = await refusal(definition);
    expect(message).toContain('shop/machine.Properties.DefinitionString');
    expect(message).toContain(path);
  });

  it.each([
    [
      'a transition to a state that is not there',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } },
      'no state B',
    ],
    [
      'a state that nothing leads to',
      { StartAt: 'A', States: { A: { Type: 'Pass', End: true }, B: { Type: 'Succeed' } } },
      'States.B',
    ],
    ['a state with neither Next nor End', only({ Type: 'Pass' }), 'either Next'],
    [
      'States.ALL beside other names',
      only({ ...task, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }),
      'States.ALL must stand alone',
    ],
    [
      'States.ALL before other entries',
      only({ ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }),
      'States.ALL must stand alone',
    ],
    ['text that is not JSON', undefined, 'DefinitionString'],
  ])('%s', async (_what, definition, problem) => {
    expect(await refusal(definition)).toContain(problem);
  });

  it('accepts what the CDK writes beside a definition', async () => {
    expect(
      await refusal({
        ...inner,
        Comment: 'made by a construct',
        Version: '1.0',
        QueryLanguage: 'JSONPath',
        TimeoutSeconds: 25,
      }),
    ).toBe('accepted');
  });
});
