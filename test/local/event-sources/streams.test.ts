import { afterEach, expect, test } from 'vitest';
import type { Weather } from '../../../lib/local/contracts.ts';
import { createWorld, queueArn, streamArn, type Consumer, type World } from './world.ts';

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

const mapping = { EventSourceArn: streamArn, StartingPosition: 'TRIM_HORIZON', BatchSize: 4 };

const valueOf = (record: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(record).match(/"value":\{"S":"(\w+)"/)?.[1] ?? '';
const sequenceOf = (record: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(record).match(/"SequenceNumber":"(\d+)"/)?.[1] ?? '';

/** A consumer that remembers the batches it got. */
const recording = (then: Consumer = () => undefined) => {
  const batches: string[][] = [];
  const consumer: Consumer = (records) => {
    batches.push(records.map(valueOf));
    return then(records);
  };
  return { batches, consumer };
};

const writeAll = (made: World, values: string, partition = 'p') => {
  for (const value of values) made.table.write(partition, value);
};

test('records come in batches, in order, in the shape that Lambda gives them', async () => {
  const { batches, consumer } = recording();
  const made = await world(mapping, consumer);
  writeAll(made, 'abcdef');
  await made.clock.advance(100);
  expect(batches.flat().join('')).toBe('abcdef');
  expect(Math.max(...batches.map((batch) => batch.length))).toBe(4);
  expect(JSON.parse(made.payloads[0] ?? '')).toEqual({
    Records: [
      {
        eventID: 'event-1',
        eventName: 'MODIFY',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'eu-central-1',
        dynamodb: {
          ApproximateCreationDateTime: Date.parse('2026-03-01T12:00:00Z') / 1000,
          Keys: { pk: { S: 'p' }, sk: { S: 'a' } },
          NewImage: { value: { S: 'a' } },
          SequenceNumber: '000000000000000000001',
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        eventSourceARN: streamArn,
      },
    ],
  });
});

test('after a quiet time a record is read at once; those that follow wait for the next look and come together', async () => {
  const { batches, consumer } = recording();
  const made = await world(mapping, consumer);
  writeAll(made, 'abc');
  await made.settle();
  expect(batches).toEqual([['a']]);
  await made.clock.advance(100);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});

test('a batching window gathers records until it passes or a batch is full', async () => {
  const { batches, consumer } = recording();
  const made = await world({ ...mapping, MaximumBatchingWindowInSeconds: 1 }, consumer);
  writeAll(made, 'ab');
  await made.clock.advance(900);
  expect(batches).toEqual([]);
  await made.clock.advance(100);
  expect(batches).toEqual([['a', 'b']]);
  writeAll(made, 'cdef');
  await made.clock.advance(100);
  expect(batches[1]).toEqual(['c', 'd', 'e', 'f']);
});

test('with bisect, a bad record ends up alone, is retried finitely and its place goes to the failure queue', async () => {
  const { batches, consumer } = recording((records) => {
    if (records.some((record) => valueOf(record) === 'c')) throw new Error('bad');
  });
  const made = await world(
    {
      ...mapping,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      MaximumBatchingWindowInSeconds: 1,
      DestinationConfig: { OnFailure: { Destination: queueArn('dead') } },
    },
    consumer,
  );
  writeAll(made, 'abcd');
  await made.clock.advance(5_000);
  expect(batches.map((batch) => batch.join(''))).toEqual(['abcd', 'ab', 'cd', 'c', 'c', 'd']);
  const [notice] = made.queues.queue(queueArn('dead')).take(1);
  expect(JSON.parse(notice?.body ?? '')).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
    DDBStreamBatchInfo: { startSequenceNumber: '000000000000000000003', batchSize: 1, streamArn },
  });
});

test('that its role may send to the failure queue is asked for at the start', async () => {
  const { consumer } = recording(() => undefined);
  const denies = ({ action }: { readonly action: string }) => action === 'sqs:SendMessage';
  const properties = { ...mapping, DestinationConfig: { OnFailure: { Destination: queueArn('dead') } } };
  await expect(world(properties, consumer, { denies })).rejects.toThrow('sqs:SendMessage');
});

test('without bisect, the whole batch is retried, and later records wait', async () => {
  let failures = 2;
  const { batches, consumer } = recording(() => {
    failures -= 1;
    if (failures >= 0) throw new Error('not yet');
  });
  const made = await world({ ...mapping, BatchSize: 2 }, consumer);
  made.table.write('p', 'a');
  await made.settle();
  writeAll(made, 'bcd');
  await made.clock.advance(1_000);
  expect(batches.map((batch) => batch.join(''))).toEqual(['a', 'a', 'a', 'bc', 'd']);
});

test('a partial failure goes on from the first failed record', async () => {
  let first = true;
  const { batches, consumer } = recording((records) => {
    const failed = first ? records.find((record) => valueOf(record) === 'b') : undefined;
    first = records.length < 2;
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: sequenceOf(failed) }] };
  });
  const made = await world(
    { ...mapping, FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumBatchingWindowInSeconds: 1 },
    consumer,
  );
  writeAll(made, 'abcd');
  await made.clock.advance(2_000);
  expect(batches.map((batch) => batch.join(''))).toEqual(['abcd', 'bcd']);
});

test('an identifier that is not in the batch fails the whole batch', async () => {
  let rounds = 0;
  const { batches, consumer } = recording(() => {
    rounds += 1;
    return rounds === 1 ? { batchItemFailures: [{ itemIdentifier: 'other' }] } : undefined;
  });
  const made = await world({ ...mapping, FunctionResponseTypes: ['ReportBatchItemFailures'] }, consumer);
  writeAll(made, 'a');
  await made.clock.advance(1_000);
  expect(batches).toEqual([['a'], ['a']]);
});

test('records older than the mapping allows are given up without being tried again', async () => {
  const { batches, consumer } = recording(() => {
    throw new Error('never');
  });
  const made = await world(
    {
      ...mapping,
      MaximumRecordAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: queueArn('dead') } },
    },
    consumer,
  );
  writeAll(made, 'a');
  await made.clock.advance(120_000);
  const tries = batches.length;
  await made.clock.advance(120_000);
  expect(batches.length).toBe(tries);
  const [notice] = made.queues.queue(queueArn('dead')).take(1);
  expect(JSON.parse(notice?.body ?? '')).toMatchObject({ requestContext: { condition: 'RecordAgeExceeded' } });
});

test('several batches run at once, but never two of one partition', async () => {
  const running = new Set<string>();
  let most = 0;
  const release: (() => void)[] = [];
  const order: string[] = [];
  const made = await world({ ...mapping, BatchSize: 1, ParallelizationFactor: 2 }, async (records) => {
    const [partition = ''] = JSON.stringify(records).match(/[pq](?="},"sk")/) ?? [];
    expect(running.has(partition)).toBe(false);
    running.add(partition);
    most = Math.max(most, running.size);
    order.push(`${partition}${records.map(valueOf).join('')}`);
    await new Promise<void>((resolve) => void release.push(resolve));
    running.delete(partition);
  });
  writeAll(made, 'ab', 'p');
  writeAll(made, 'ab', 'q');
  for (let round = 0; round < 4; round += 1) {
    await made.clock.advance(100);
    release.shift()?.();
  }
  await made.settle();
  expect(most).toBe(2);
  expect(order.filter((entry) => entry.startsWith('p'))).toEqual(['pa', 'pb']);
  expect(order.filter((entry) => entry.startsWith('q'))).toEqual(['qa', 'qb']);
});

test('a restart goes on after what was finished, and what was not comes again', async () => {
  let broken = false;
  const { batches, consumer } = recording(() => {
    if (broken) throw new Error('down');
  });
  const first = await world(mapping, consumer);
  writeAll(first, 'ab');
  await first.clock.advance(200);
  broken = true;
  writeAll(first, 'c');
  await first.settle();
  await worlds.pop()?.stop();
  broken = false;
  batches.length = 0;
  const second = await world(mapping, consumer, { directory: first.directory, table: first.table });
  await second.settle();
  expect(batches).toEqual([['c']]);
  expect(second.table.trimmed.at(-1)).toBe(3);
});

test('a table whose file was deleted is read from its beginning, whatever was finished of the old one', async () => {
  const { batches, consumer } = recording();
  const first = await world(mapping, consumer);
  writeAll(first, 'abc');
  await first.clock.advance(200);
  await worlds.pop()?.stop();
  batches.length = 0;
  const second = await world(mapping, consumer, { directory: first.directory });
  writeAll(second, 'de');
  await second.clock.advance(200);
  expect(batches.flat()).toEqual(['d', 'e']);
});

test('a mapping that begins at the newest record does not see older ones, even after a restart', async () => {
  const { batches, consumer } = recording();
  const latest = { ...mapping, StartingPosition: 'LATEST' };
  const zero = await world({ ...mapping, Enabled: false }, consumer);
  writeAll(zero, 'ab');
  await worlds.pop()?.stop();
  const first = await world(latest, consumer, { directory: zero.directory, table: zero.table });
  await first.settle();
  await worlds.pop()?.stop();
  first.table.write('p', 'c');
  const second = await world(latest, consumer, { directory: first.directory, table: first.table });
  await second.settle();
  expect(batches).toEqual([['c']]);
});

test('a filter keeps records from the function, and they count as done', async () => {
  const { batches, consumer } = recording();
  const Pattern = JSON.stringify({ dynamodb: { NewImage: { value: { S: ['b', 'c'] } } } });
  const made = await world({ ...mapping, FilterCriteria: { Filters: [{ Pattern }] } }, consumer);
  writeAll(made, 'abcd');
  await made.clock.advance(100);
  expect(batches.flat()).toEqual(['b', 'c']);
  expect(made.table.trimmed.at(-1)).toBe(4);
});

test('a role that may not read the stream is an error at start', async () => {
  await expect(
    world(mapping, () => undefined, { denies: ({ action }) => action === 'dynamodb:GetRecords' }),
  ).rejects.toThrow(/dynamodb:GetRecords/);
});

test('in rough weather a batch may come twice, and order is kept', async () => {
  let doubles = 1;
  const rough: Weather = { rough: true, roll: (chance) => chance === 0.02 && doubles-- > 0, delay: () => 0 };
  const { batches, consumer } = recording();
  const made = await world(mapping, consumer, { weather: rough });
  writeAll(made, 'a');
  await made.clock.advance(1_000);
  writeAll(made, 'b');
  await made.clock.advance(1_000);
  expect(batches).toEqual([['a'], ['a'], ['b']]);
});
