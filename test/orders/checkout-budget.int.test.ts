import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { generatedCatalogue } from '../../bench/catalogue.ts';
import { prepareShop } from '../../bench/shop.ts';
import { type ShopInput, workOf } from '../../bench/work.ts';
import { apiClient } from '../../lib/client/http.ts';
import { readOperatorKey } from '../../lib/client/operator.ts';
import { until } from '../../lib/client/until.ts';
import { type CloudProcess, spawnCloud } from '../../lib/local/spawn.ts';

const ORDERS = 20;
const directory = mkdtempSync(join(tmpdir(), 'cartwright-budget-'));
const stateDir = join(directory, 'state');
const Template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });
const Meter = z.record(z.string(), z.number());

/** The app without what reads streams and queues: what is left is what a shopper waits for. */
const withoutEventSources = (): string => {
  const assembly = join(directory, 'assembly');
  cpSync('cdk.out', assembly, { recursive: true });
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const template = Template.parse(JSON.parse(readFileSync(join(assembly, file), 'utf8')));
    const Resources = Object.fromEntries(
      Object.entries(template.Resources).filter(([, { Type }]) => Type !== 'AWS::Lambda::EventSourceMapping'),
    );
    writeFileSync(join(assembly, file), JSON.stringify({ ...template, Resources }));
  }
  return assembly;
};

const read = async (cloud: CloudProcess): Promise<Record<string, number>> =>
  Meter.parse(await (await fetch(`${cloud.awsUrl}/_local/meter`)).json());

/** What `orders` purchases count, each name with its number per order; after one purchase that fills the caches. */
const perOrder = async (
  cloud: CloudProcess,
  input: ShopInput,
  settled: () => Promise<void>,
): Promise<Record<string, number>> => {
  const api = apiClient(cloud.apiUrl);
  const buy = workOf('checkout', api, input);
  expect(await buy(0, 0)).toBeUndefined();
  await settled();
  const before = await read(cloud);
  for (let order = 0; order < ORDERS; order += 1) expect(await buy(0, order)).toBeUndefined();
  await settled();
  const after = await read(cloud);
  api.close();
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, (count - (before[name] ?? 0)) / ORDERS]),
  );
};

const sum = (counts: Record<string, number>, prefix: string, except: readonly string[] = []): number =>
  Object.entries(counts)
    .filter(([name]) => name.startsWith(prefix) && !except.includes(name))
    .reduce((total, [, count]) => total + count, 0);

/** The budget of an order: what its shopper waits for, and what it costs in all. */
describe('an order of two lines', () => {
  let input: ShopInput;

  beforeAll(async () => {
    const cloud = await spawnCloud({ stateDir });
    const api = apiClient(cloud.apiUrl);
    const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
    ({ input } = await prepareShop(api, operatorKey, generatedCatalogue(4, 1_000_000), 'budget'));
    api.close();
    await cloud.stop();
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('makes its shopper wait for at most 10 invocations and 8 DynamoDB calls', async () => {
    const cloud = await spawnCloud({ stateDir, args: ['--assembly', withoutEventSources()] });
    const counts = await perOrder(cloud, input, async () => undefined);
    await cloud.stop();
    const calls = sum(counts, 'dynamodb.', ['dynamodb.readUnits', 'dynamodb.writeUnits']);
    expect({ invocations: counts['lambda.invocations'], calls }).toSatisfy(
      (used: { invocations: number; calls: number }) => used.invocations <= 10 && used.calls <= 8,
      JSON.stringify(counts),
    );
  });

  it('costs at most 28 write units, 3 bus events and 8 kB of logs, with everything that follows from it', async () => {
    const cloud = await spawnCloud({ stateDir });
    const settled = async (): Promise<void> => {
      let last = '';
      let same = 0;
      await until(
        'all events to be done with',
        async () => {
          const now = JSON.stringify([
            (await read(cloud))['dynamodb.writeUnits'],
            (await read(cloud))['lambda.invocations'],
          ]);
          same = now === last ? same + 1 : 0;
          last = now;
          return same >= 10 ? true : undefined;
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
    };
    await settled();
    const counts = await perOrder(cloud, input, settled);
    await cloud.stop();
    const used = {
      writeUnits: counts['dynamodb.writeUnits'] ?? Number.NaN,
      events: counts['events.published'] ?? Number.NaN,
      logBytes: counts['lambda.logBytes'] ?? Number.NaN,
    };
    expect(used.writeUnits, JSON.stringify(counts)).toBeLessThanOrEqual(28);
    expect(used.events, JSON.stringify(counts)).toBeLessThanOrEqual(3);
    expect(used.logBytes, JSON.stringify(counts)).toBeLessThanOrEqual(8000);
  });
});
