import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { role, root } from '../fake-ports.ts';
import { createWorld, type World } from './world.ts';

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

const echo = { source: 'export const handler = async (event) => ({ got: event });' };

test('a handler gets its event and its answer comes back as JSON', async () => {
  const { invoke } = await world({ echo });
  expect(await invoke('echo', { a: [1, 'two'] })).toEqual({ answer: { got: { a: [1, 'two'] } }, error: undefined });
});

test('a handler sees its own variables, those of the runtime, and its context', async () => {
  const source = `export const handler = async (_event, context) => ({
    own: process.env.OWN, region: process.env.AWS_REGION, key: process.env.AWS_ACCESS_KEY_ID,
    endpoint: process.env.AWS_ENDPOINT_URL, foreign: process.env.HOME ?? null, name: context.functionName,
    arn: context.invokedFunctionArn, memory: context.memoryLimitInMB, left: context.getRemainingTimeInMillis() > 4000 });`;
  const properties = { Environment: { Variables: { OWN: 'mine' } }, Timeout: 5, MemorySize: 256 };
  const { invoke } = await world({ seer: { source, properties } });
  expect((await invoke('seer')).answer).toEqual({
    own: 'mine',
    region: 'eu-central-1',
    key: 'AKIA',
    endpoint: 'http://127.0.0.1:1',
    foreign: null,
    name: 'seer',
    arn: 'arn:aws:lambda:eu-central-1:111111111111:function:seer:live',
    memory: '256',
    left: true,
  });
});

test('an error that a handler throws is a result with its name, message and trace', async () => {
  const source = `export const handler = async () => { const e = new Error('no stock'); e.name = 'OutOfStock'; throw e; };`;
  const { invoke } = await world({ fails: { source } });
  const { answer, error } = await invoke('fails');
  expect(error).toBe('Unhandled');
  expect(answer).toMatchObject({ errorType: 'OutOfStock', errorMessage: 'no stock' });
});

test('nothing is the answer null', async () => {
  const { invoke } = await world({ quiet: { source: 'export const handler = async () => undefined;' } });
  expect((await invoke('quiet')).answer).toBeNull();
});

test('a bundle that cannot be loaded and a missing handler are errors that say so', async () => {
  const { invoke } = await world({
    broken: { source: `throw new Error('no table bound');` },
    empty: { source: 'export const other = 1;' },
  });
  expect(await invoke('broken')).toMatchObject({ error: 'Unhandled', answer: { errorMessage: 'no table bound' } });
  expect(await invoke('empty')).toMatchObject({ answer: { errorType: 'Runtime.HandlerNotFound' } });
});

test('a function that runs too long is killed with its environment, and the next call gets a new one', async () => {
  const source = `let calls = 0; export const handler = async (event) => { calls += 1; if (event.hang) for (;;); return calls; };`;
  const { invoke, clock } = await world({ slow: { source, properties: { Timeout: 2 } } });
  expect((await invoke('slow')).answer).toBe(1);
  const hanging = invoke('slow', { hang: true });
  await clock.advance(2_200);
  expect(await hanging).toEqual({
    error: 'Unhandled',
    answer: {
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('Task timed out after 2.00 seconds'),
    },
  });
  expect((await invoke('slow')).answer).toBe(1);
});

test('process.exit, a rejection that nobody handles and too much memory end the environment and no other', async () => {
  const { invoke } = await world({
    exits: { source: 'export const handler = async () => { process.exit(3); };' },
    rejects: {
      source: `export const handler = () => new Promise(() => { Promise.reject(new TypeError('forgotten')); });`,
    },
    eats: {
      source: 'export const handler = async () => { const a = []; for (;;) a.push(new Array(1e5).fill(a.length)); };',
    },
    echo,
  });
  expect((await invoke('exits')).answer).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect((await invoke('rejects')).answer).toMatchObject({ errorType: 'TypeError', errorMessage: 'forgotten' });
  expect((await invoke('eats')).answer).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect((await invoke('echo', 1)).answer).toEqual({ got: 1 });
});

test('an answer above 6 MB is an error, one below is not', async () => {
  const { invoke } = await world({ big: { source: `export const handler = async (n) => 'x'.repeat(n);` } });
  expect((await invoke('big', 6_291_000)).error).toBeUndefined();
  expect((await invoke('big', 6_300_000)).answer).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
});

const counting = {
  source: `let waiting = []; let most = 0; let now = 0;
    export const handler = async (event) => {
      now += 1; most = Math.max(most, now);
      await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20).value;
      now -= 1; return most; };`,
};

test('an environment has one invocation at a time, and callers share several environments', async () => {
  const { invoke, meter, lambda } = await world({ counting });
  const answers = await Promise.all(Array.from({ length: 25 }, () => invoke('counting')));
  expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set([1]));
  expect(lambda.environments()).toBe(10);
  expect(meter.read()['lambda.coldStarts']).toBe(10);
});

test('in the mode for many, one environment has several invocations at once', async () => {
  const { invoke, lambda } = await world({ counting }, { concurrency: 'many' });
  const answers = await Promise.all(Array.from({ length: 10 }, () => invoke('counting')));
  expect(Math.max(...answers.map(({ answer }) => Number(answer)))).toBe(10);
  expect(lambda.environments()).toBe(1);
});

test('above its reserved concurrency a function is throttled', async () => {
  const { invoke } = await world({ counting: { ...counting, properties: { ReservedConcurrentExecutions: 1 } } });
  const first = invoke('counting');
  await expect(invoke('counting')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
  expect((await first).error).toBeUndefined();
});

test('an edited bundle answers with the next invocation', async () => {
  const { invoke, clock, assembly } = await world({ echo });
  await invoke('echo');
  const file = join(assembly.assetPath('echo.zip') ?? '', 'index.mjs');
  writeFileSync(file, `export const handler = async () => 'edited';`);
  utimesSync(file, 1_900_000_000, 1_900_000_000);
  await clock.advance(20);
  expect((await invoke('echo')).answer).toBe('edited');
});

test('an environment that nobody uses for a minute is ended', async () => {
  const { invoke, clock, lambda } = await world({ echo });
  await invoke('echo');
  await clock.advance(50_000);
  expect(lambda.environments()).toBe(1);
  await clock.advance(15_000);
  expect(lambda.environments()).toBe(0);
});

test('functions that share a thread keep variables of their own, also after the others were loaded', async () => {
  const source = 'export const handler = async () => [process.env.OWN, process.env.AWS_LAMBDA_FUNCTION_NAME];';
  const fixture = (OWN: string) => ({ source, properties: { Environment: { Variables: { OWN } } } });
  const names = ['a', 'b', 'c', 'd'];
  const fixtures = Object.fromEntries(names.map((name) => [name, fixture(name.toUpperCase())]));
  const { invoke } = await world(fixtures, { concurrency: 'many' });
  for (const name of [...names, ...names]) {
    expect((await invoke(name)).answer).toEqual([name.toUpperCase(), name]);
  }
});

test('what a function prints is in the live log, by line, and its bytes are counted', async () => {
  const source = `export const handler = async () => {
    console.log(JSON.stringify({ level: 'warn', message: 'low', fn: 'x', traceId: '1-aa', sku: 'S1' }));
    console.log(JSON.stringify({ _aws: {}, Sold: 1 }));
    process.stdout.write('half '); process.stdout.write('line\\n');
    console.error('to stderr'); };`;
  const { invoke, printed, meter } = await world({ 'cartwright-dev-stock-count': { source } });
  await invoke('cartwright-dev-stock-count');
  const lines = printed.map((line) => line.replace(/^\S+ /, ''));
  expect(lines).toEqual([
    'lambda   stock      low fn=count sku=S1 [1-aa]',
    'lambda   stock      cartwright-dev-stock-count: half line',
    'lambda   stock      cartwright-dev-stock-count: to stderr',
  ]);
  expect(meter.read()).toMatchObject({ 'lambda.logBytes': 111, 'lambda.logEvents': 4 });
});

test('what loading and calls of a function take of the processor is measured, unless environments share a thread', async () => {
  const source = `const used = () => { const { user, system } = process.threadCpuUsage(); return user + system; };
    const spin = (ms) => { const start = used(); while (used() - start < ms * 1000); };
    spin(30);
    export const handler = async () => { spin(20); };`;
  const { invoke, meter } = await world({ spins: { source } });
  for (const _call of [1, 2]) await invoke('spins');
  expect(meter.read()['lambda.cpu.spins']).toSatisfy((used: number) => used >= 40_000 && used < 60_000);
  expect(meter.read()['lambda.initCpu.spins']).toBeGreaterThanOrEqual(30_000);
  const shared = await world({ spins: { source } }, { concurrency: 'many' });
  await shared.invoke('spins');
  expect(Object.keys(shared.meter.read()).filter((name) => /cpu/i.test(name))).toEqual([]);
});

test.each(['logs:CreateLogStream', 'logs:PutLogEvents'])('without %s, what it prints is lost', async (action) => {
  const source = `export const handler = async () => { console.log('done'); return 1; };`;
  const { invoke, printed, asked, meter } = await world(
    { speaks: { source, properties: { LoggingConfig: { LogGroup: 'own' } } } },
    { denies: (request) => request.action === action },
  );
  expect((await invoke('speaks')).answer).toBe(1);
  expect([printed, meter.read()['lambda.logBytes']]).toEqual([[], undefined]);
  const resource = 'arn:aws:logs:eu-central-1:111111111111:log-group:own:log-stream:local';
  expect(asked).toContainEqual({ principal: { kind: 'role', arn: role('speaks') }, action, resource });
});

test('permission is asked for on the alias that is invoked', async () => {
  const { invoke, asked } = await world({ echo });
  await invoke('echo');
  expect(asked).toContainEqual({
    principal: root,
    action: 'lambda:InvokeFunction',
    resource: 'arn:aws:lambda:eu-central-1:111111111111:function:echo:live',
  });
});

test('an unknown function or qualifier is not found', async () => {
  const { lambda } = await world({ echo });
  const call = (functionArn: string) =>
    lambda.invoke({ functionArn, payload: '{}', principal: root, type: 'RequestResponse' });
  await expect(call('nobody')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  await expect(call('echo:staging')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('the end of the log comes with the answer to whom asks for it', async () => {
  const { lambda } = await world({
    wordy: {
      source: `export const handler = async (event) => { console.log('took ' + event.n); console.log('x'.repeat(5000)); return {}; };`,
    },
  });
  const call = async (input: Record<string, unknown>) =>
    z.looseObject({ LogResult: z.base64().optional() }).parse(await lambda.service.call('Invoke', input, root));
  const short = await call({ FunctionName: 'wordy', Payload: '{"n":1}' });
  expect(short.LogResult).toBeUndefined();
  const { LogResult } = await call({ FunctionName: 'wordy', Payload: '{"n":2}', LogType: 'Tail' });
  expect(Buffer.from(LogResult ?? '', 'base64').toString()).toBe('x'.repeat(4096));
});

test('the API invokes, describes and lists functions, and refuses other operations by name', async () => {
  const { lambda } = await world({ echo });
  const call = (operation: string, input: Record<string, unknown> = {}) => lambda.service.call(operation, input, root);
  expect(await call('Invoke', { FunctionName: 'echo', Qualifier: 'live', Payload: '{"a":1}' })).toEqual({
    StatusCode: 200,
    Payload: '{"got":{"a":1}}',
    ExecutedVersion: '$LATEST',
  });
  expect(await call('GetFunction', { FunctionName: 'echo' })).toMatchObject({
    Configuration: { FunctionName: 'echo' },
  });
  expect(await call('ListFunctions')).toMatchObject({ Functions: [{ FunctionName: 'echo', Timeout: 3 }] });
  await expect(call('DeleteFunction')).rejects.toMatchObject({ code: 'NotImplemented' });
});
