import { afterEach, expect, test } from 'vitest';
import { createWeather } from '../../../lib/local/weather.ts';
import { createWorld, queueArn, type Consumer, type World } from './world.ts';

const worlds: World[] = [];
const world = async (...args: Parameters<typeof createWorld>): Promise<World> => {
  const made = await createWorld(...args);
  worlds.push(made);
  return made;
};
afterEach(async () => {
  for (const made of worlds.splice(0)) {
    await made.stop();
    made.directory.remove();
  }
});

const mapping = { EventSourceArn: queueArn('jobs'), FunctionResponseTypes: ['ReportBatchItemFailures'] };

const recording = (then: Consumer = () => undefined) => {
  const batches: string[][] = [];
  const consumer: Consumer = (records) => {
    batches.push(records.map(({ body }) => String(body)));
    return then(records);
  };
  return { batches, consumer };
};

const counts = (made: World, name = 'jobs') => made.queues.queue(queueArn(name)).counts();
const empty = { visible: 0, inFlight: 0, delayed: 0 };

test('messages are handled in batches and then deleted', async () => {
  const { batches, consumer } = recording();
  const made = await world({ ...mapping, BatchSize: 2 }, consumer);
  await made.send('a', 'b', 'c');
  await made.clock.advance(100);
  expect(batches.flat().sort()).toEqual(['a', 'b', 'c']);
  expect(Math.max(...batches.map((batch) => batch.length))).toBe(2);
  expect(counts(made)).toEqual(empty);
  expect(JSON.parse(made.payloads[0] ?? '')).toMatchObject({
    Records: [
      { eventSource: 'aws:sqs', eventSourceARN: queueArn('jobs'), attributes: { ApproximateReceiveCount: '1' } },
      {},
    ],
  });
});

test('only the failed messages of a batch come again, at last they go to the dead-letter queue', async () => {
  const { batches, consumer } = recording((records) => ({
    batchItemFailures: records
      .filter(({ body }) => body === 'bad')
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  }));
  const made = await world(mapping, consumer);
  await made.send('good', 'bad');
  await made.clock.advance(30_000);
  expect(batches).toEqual([['good', 'bad'], ['bad'], ['bad']]);
  expect(counts(made)).toEqual(empty);
  expect(made.queues.queue(queueArn('dead')).take(1)).toMatchObject([{ body: 'bad', sourceArn: queueArn('jobs') }]);
});

test('a failed message comes again soon, not only after its visibility timeout', async () => {
  let failing = true;
  const { batches, consumer } = recording(() => {
    if (failing) throw new Error('not yet');
  });
  const made = await world(mapping, consumer);
  await made.send('a');
  await made.clock.advance(500);
  failing = false;
  await made.clock.advance(600);
  expect(batches).toEqual([['a'], ['a']]);
  expect(counts(made)).toEqual(empty);
});

test('not more batches at once than the mapping allows', async () => {
  let running = 0;
  let most = 0;
  const release: (() => void)[] = [];
  const made = await world({ ...mapping, BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } }, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => void release.push(resolve));
    running -= 1;
  });
  await made.send('a', 'b', 'c', 'd');
  for (let round = 0; round < 4; round += 1) {
    await made.clock.advance(50);
    release.shift()?.();
  }
  await made.settle();
  expect(most).toBe(2);
  expect(counts(made)).toEqual(empty);
});

test('a batching window gathers messages', async () => {
  const { batches, consumer } = recording();
  const made = await world({ ...mapping, MaximumBatchingWindowInSeconds: 1 }, consumer);
  await made.send('a');
  await made.clock.advance(900);
  await made.send('b');
  expect(batches).toEqual([]);
  await made.clock.advance(200);
  expect(batches).toEqual([['a', 'b']]);
});

test('a batch that is not finished when the process ends is delivered again', async () => {
  const hanging = recording(() => new Promise(() => undefined));
  const first = await createWorld(mapping, hanging.consumer);
  await first.send('a');
  await first.settle();
  expect(hanging.batches).toEqual([['a']]);
  await first.crash();
  const { batches, consumer } = recording();
  const second = await world(mapping, consumer, { directory: first.directory });
  await second.settle();
  expect(batches).toEqual([['a']]);
});

test('a filter deletes what it does not let through', async () => {
  const { batches, consumer } = recording();
  const Pattern = JSON.stringify({ body: { kind: ['wanted'] } });
  const made = await world({ ...mapping, FilterCriteria: { Filters: [{ Pattern }] } }, consumer);
  await made.send('{"kind":"wanted"}', '{"kind":"other"}', 'text');
  await made.clock.advance(100);
  expect(batches).toEqual([['{"kind":"wanted"}']]);
  expect(counts(made)).toEqual(empty);
});

test('a role that may not delete from the queue is an error at start', async () => {
  const denies = ({ action }: { action: string }) => action === 'sqs:DeleteMessage';
  await expect(world(mapping, () => undefined, { denies })).rejects.toThrow(/sqs:DeleteMessage/);
});

test('in rough weather every message is handled at least once and some more often', async () => {
  const { batches, consumer } = recording();
  const made = await world(mapping, consumer, { weather: createWeather({ rough: true, seed: 5 }) });
  const bodies = Array.from({ length: 200 }, (_, index) => `m${index}`);
  await made.send(...bodies);
  await made.clock.advance(10_000);
  const handled = batches.flat();
  expect(new Set(handled).size).toBe(200);
  expect(handled.length).toBeGreaterThan(200);
  expect(handled.slice(0, 100)).not.toEqual(bodies.slice(0, 100));
});
