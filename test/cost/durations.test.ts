import { expect, it } from 'vitest';
import { durationsOf } from '../../cost/durations.ts';
import { quiet, stageOf } from './fixtures.ts';

it('a function has the share of a core that its memory buys, and no more than a whole one', () => {
  const counts = {
    'lambda.invocations.small': 10,
    'lambda.cpu.small': 10_000,
    'lambda.invocations.large': 10,
    'lambda.cpu.large': 10_000,
  };
  const stage = stageOf({ small: { ...quiet, memoryMb: 177 }, large: { ...quiet, memoryMb: 3538 } });
  const { ofFunction } = durationsOf(counts, stage);
  expect([ofFunction('small'), ofFunction('large')]).toEqual([10, 1]);
});

it('a function waits for what it asks, and for the whole run of what it invokes', () => {
  const counts = {
    'lambda.invocations.asks': 2,
    'lambda.requests.asks.dynamodb.GetItem': 4,
    'lambda.requests.asks.lambda.Invoke asked': 2,
    'lambda.invocations.asked': 2,
    'lambda.requests.asked.events.PutEvents': 2,
  };
  const { ofFunction } = durationsOf(counts, stageOf({ asks: quiet, asked: quiet }));
  expect([ofFunction('asked'), ofFunction('asks')]).toEqual([15, 2 * 4 + 10 + 15]);
});

it('whoever starts a workflow waits for its tasks, but not for those that others invoked', () => {
  const counts = {
    'lambda.invocations.starts': 1,
    'lambda.requests.starts.states.StartSyncExecution': 1,
    'states.express.requests': 1,
    'lambda.invocations.other': 1,
    'lambda.requests.other.lambda.Invoke task': 1,
    'lambda.invocations.task': 2,
    'lambda.requests.task.dynamodb.PutItem': 2,
  };
  const machines = [{ name: 'm', type: 'EXPRESS' as const, tasks: ['task', 'undo'] }];
  const stage = stageOf({ starts: quiet, other: quiet, task: quiet, undo: quiet }, { machines });
  const { ofFunction } = durationsOf(counts, stage);
  expect(ofFunction('starts')).toBe(20 + 15 + 6);
});

it('a function that no template has is an error', () => {
  const { ofFunction } = durationsOf({}, stageOf({}));
  expect(() => ofFunction('gone')).toThrow('gone');
});
