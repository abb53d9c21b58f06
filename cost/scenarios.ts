import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { generatedCatalogue } from '../bench/catalogue.ts';
import { prepareShop } from '../bench/shop.ts';
import { type Work, workOf } from '../bench/work.ts';
import { type ApiClient, apiClient, retrying } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { importCatalogue } from '../lib/client/shop.ts';
import type { CloudProcess } from '../lib/local/spawn.ts';
import { between, readMeter, settled } from './cloud.ts';
import type { Counts } from './durations.ts';
import type { Counted, Measured } from './measured.ts';
import type { Stage } from './stage.ts';
import { storedIn } from './stored.ts';

/** Orders per second: what the bar is about. Batches of queues and streams are as full as they are at this rate. */
export const ORDERS_PER_SECOND = 10;
const PRODUCTS = 200;
const IMPORTED = 300;
const RUNS_OF_SCHEDULES = 10;
const STORED_ORDERS = 30;

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Does the work so many times, at this rate, each without waiting for the one before. @throws Disturbed when one fails */
const paced = async (work: Work, times: number, perSecond: number): Promise<void> => {
  const underWay: Promise<string | undefined>[] = [];
  for (let round = 0; round < times; round += 1) {
    underWay.push(work(round, round).catch((error: unknown) => String(error)));
    await wait(1000 / perSecond);
  }
  const [failure] = (await Promise.all(underWay)).filter((problem) => problem !== undefined);
  if (failure !== undefined) throw new Disturbed(failure);
};

/** Something of a scenario failed, so its counts are no good: on a busy machine a workflow may run out of time. */
class Disturbed extends Error {}
const ATTEMPTS = 8;

/** Counts what answers weigh. */
const weighing = (api: ApiClient): ApiClient & { readonly bytes: () => number } => {
  let bytes = 0;
  return {
    close: () => api.close(),
    bytes: () => bytes,
    send: async (...request) => {
      const answer = await api.send(...request);
      bytes += Buffer.byteLength(answer.text);
      return answer;
    },
  };
};

const functionOf = (counts: Counts, prefix: string): readonly string[] =>
  Object.keys(counts)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));

/** Runs every scenario through the public API of a running cloud (a fresh one, of stage `prod`, without schedules). */
export const measure = async (
  cloud: CloudProcess,
  stage: Stage,
  stageName: string,
  say: (what: string) => void,
): Promise<Omit<Measured, 'at'>> => {
  const api = weighing(apiClient(cloud.apiUrl));
  const operatorKey = await readOperatorKey({ stage: stageName, endpoint: cloud.awsUrl });
  const scenarios: Record<string, Counted> = {};

  /** Does it again, up to ATTEMPTS times, when it was disturbed. */
  const undisturbed = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Disturbed) || attempt === ATTEMPTS) throw error;
        say(`${name}: disturbed (${error.message}); again`);
      }
    }
  };
  // What is not counted may be asked again; what is counted may not.
  const patient = retrying(api, 6);
  const { input, shop } = await undisturbed('a shop', async () => {
    try {
      return await prepareShop(patient, operatorKey, generatedCatalogue(PRODUCTS, 1_000_000), 'cost', [], say);
    } catch (error) {
      throw new Disturbed(String(error));
    }
  });

  const count = async (name: string, times: number, run: () => Promise<void>): Promise<void> => {
    scenarios[name] = await undisturbed(name, async () => {
      const before = await settled(cloud);
      const bytes = api.bytes();
      say(`${name}: ${times} times`);
      await run();
      const bytesOut = api.bytes() - bytes;
      return { times, counts: between(before, await settled(cloud)), bytesOut };
    });
  };
  const repeated = async (name: string, row: string, times: number, perSecond: number): Promise<void> => {
    const work = workOf(row, api, input);
    // Starts the functions' environments one by one, then as many as the rate needs; fills their caches and compiles them.
    for (const rate of [perSecond / 10, perSecond / 2, perSecond]) {
      await paced(work, Math.ceil(times / 10), rate).catch((error: unknown) =>
        say(`${name}: warming up: ${String(error)}`),
      );
    }
    await count(name, times, () => paced(work, times, perSecond));
  };

  await repeated('order', 'checkout', 300, ORDERS_PER_SECOND);
  const storedPerOrder = await undisturbed('what an order leaves', async () => {
    const before = await storedIn(cloud.awsUrl);
    await paced(workOf('checkout', api, input), STORED_ORDERS, ORDERS_PER_SECOND);
    await settled(cloud);
    return Math.round(((await storedIn(cloud.awsUrl)) - before) / STORED_ORDERS);
  });
  await repeated('product view', 'product', 1000, 100);
  await repeated('list of 20 products', 'list', 300, 50);
  await repeated('login', 'login', 50, 5);
  await count('imported product', IMPORTED, async () => {
    const csv = generatedCatalogue(IMPORTED, 5)
      .toString('utf8')
      .replaceAll('item-', 'other-')
      .replaceAll('ITEM-', 'OTHER-');
    const { status } = await importCatalogue(patient, shop, Buffer.from(csv), { timeoutMs: 300_000 });
    if (status !== 'completed') throw new Error(`The import ended as ${status}`);
  });

  const lambda = new LambdaClient({
    endpoint: cloud.awsUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (const { functionName } of stage.schedules) {
    const run = async (times: number): Promise<void> => {
      for (let round = 0; round < times; round += 1) {
        const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: '{}' }));
        if (answer.FunctionError !== undefined) throw new Error(`${functionName} failed`);
      }
    };
    await run(2);
    await count(`schedule ${functionName}`, RUNS_OF_SCHEDULES, () => run(RUNS_OF_SCHEDULES));
  }
  lambda.destroy();
  api.close();

  const all = await readMeter(cloud);
  const initMs = Object.fromEntries(
    functionOf(all, 'lambda.inits.').map((name) => {
      const loads = all[`lambda.inits.${name}`] ?? 1;
      return [name, Math.round((all[`lambda.initCpu.${name}`] ?? 0) / loads / 1000)];
    }),
  );
  return { stage, scenarios, initMs, storedPerOrder };
};
