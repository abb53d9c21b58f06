import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Weather } from '../../../lib/local/contracts.ts';
import { temporaryDirectory } from '../fixtures/assembly.ts';
import { createWorld, type World } from './world.ts';

const worlds: World[] = [];
const world = async (...args: Parameters<typeof createWorld>): Promise<World> => {
  const made = await createWorld(...args);
  worlds.push(made);
  return made;
};
const directories: ReturnType<typeof temporaryDirectory>[] = [];
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.stop();
  for (const made of directories.splice(0)) made.remove();
});

const prepare = () => {
  const directory = temporaryDirectory();
  directories.push(directory);
  const journal = join(directory.path, 'journal');
  /** Appends to the journal, then fails as long as there is a file called `fail`. */
  const source = `import { appendFileSync, existsSync } from 'node:fs';
    export const handler = async (event) => {
      appendFileSync(${JSON.stringify(journal)}, event.id + '\\n');
      if (existsSync(${JSON.stringify(`${journal}.fail`)})) throw new Error('not yet'); };`;
  return {
    directory,
    source,
    fail: () => writeFileSync(`${journal}.fail`, ''),
    handled: () => (existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : []),
  };
};

const kept = (made: World): unknown =>
  made.state.database.prepare('SELECT count(*) AS n FROM async_invocations').get()?.['n'];

/** Polls what worker threads change. */
const expectSoon = async (read: () => unknown, expected: unknown): Promise<void> => {
  await expect.poll(read, { timeout: 10_000, interval: 10 }).toEqual(expected);
};

test('an event is handled and then forgotten', async () => {
  const { directory, source, handled } = prepare();
  const made = await world({ worker: { source } }, { directory });
  await made.invokeLater('worker', { id: 'a' });
  await expectSoon(() => [handled(), kept(made)], [['a'], 0]);
});

test('an event that fails is tried again twice and then goes to the dead-letter queue', async () => {
  const { directory, source, handled, fail } = prepare();
  fail();
  const properties = { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:eu-central-1:111111111111:dead' } };
  const made = await world({ worker: { source, properties } }, { directory });
  await made.invokeLater('worker', { id: 'a' });
  for (const attempts of [1, 2]) {
    await expectSoon(() => made.clock.waiting() > 0 && handled().length, attempts);
    await expectSoon(() => made.meter.read()['lambda.asyncRetries'], attempts);
    await made.clock.advance(2_000);
  }
  await expectSoon(() => kept(made), 0);
  expect(handled()).toEqual(['a', 'a', 'a']);
  expect(made.sent).toMatchObject([
    {
      queueArn: 'arn:aws:sqs:eu-central-1:111111111111:dead',
      message: { body: '{"id":"a"}', attributes: { ErrorMessage: 'not yet' } },
    },
  ]);
});

test('the settings of a function say how often it is retried and where failures go', async () => {
  const { directory, source, handled, fail } = prepare();
  fail();
  const made = await world({ worker: { source } }, { directory });
  const OnFailure = { Destination: 'arn:aws:sqs:eu-central-1:111111111111:failed' };
  await made.provision('AWS::Lambda::EventInvokeConfig', 'Settings', {
    FunctionName: 'worker',
    Qualifier: '$LATEST',
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnFailure },
  });
  await made.invokeLater('worker', { id: 'a' });
  await expectSoon(() => made.sent.length, 1);
  expect(handled()).toEqual(['a']);
  expect(JSON.parse(made.sent[0]?.message.body ?? '')).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
    requestPayload: { id: 'a' },
    responsePayload: { errorMessage: 'not yet' },
  });
});

test('an event that was accepted before a restart is handled after it', async () => {
  const { directory, source, handled, fail } = prepare();
  fail();
  const first = await world({ worker: { source } }, { directory });
  await first.invokeLater('worker', { id: 'a' });
  await expectSoon(() => first.meter.read()['lambda.asyncRetries'], 1);
  await worlds.pop()?.stop();
  rmSync(join(directory.path, 'journal.fail'));
  const second = await world({ worker: { source } }, { directory });
  await expectSoon(() => kept(second), 0);
  expect(handled()).toEqual(['a', 'a']);
});

test('in rough weather an answer may be lost after its effect, and an event may be handled twice', async () => {
  const { directory, source, handled } = prepare();
  let rolls = 0;
  const weather: Weather = {
    rough: true,
    roll: (chance) => chance === 0.01 && (rolls += 1) === 1,
    delay: () => 0,
  };
  const made = await world({ worker: { source } }, { directory, weather });
  await expect(made.invoke('worker', { id: 'a' })).rejects.toMatchObject({ code: 'ServiceException', status: 500 });
  expect(handled()).toEqual(['a']);
  expect((await made.invoke('worker', { id: 'b' })).error).toBeUndefined();
});
