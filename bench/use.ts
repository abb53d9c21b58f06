import * as z from 'zod';
import { until } from '../lib/client/until.ts';
import type { CloudProcess } from '../lib/local/spawn.ts';
import { processTree, type ProcessUse } from './processes.ts';

const Meter = z.record(z.string(), z.number());
type Meter = z.output<typeof Meter>;

const readMeter = async (cloud: CloudProcess): Promise<Meter> =>
  Meter.parse(await (await fetch(`${cloud.awsUrl}/_local/meter`)).json());

/** What the cloud has used up to now: calls by kind, and what each of its processes took. */
interface Snapshot {
  readonly meter: Meter;
  readonly processes: readonly ProcessUse[];
}

export const snapshot = async (cloud: CloudProcess): Promise<Snapshot> => ({
  meter: await readMeter(cloud),
  processes: processTree(cloud.pid),
});

export interface Use {
  /** Counts of what AWS would bill, without those that did not change. */
  readonly counted: Meter;
  readonly cpu: readonly { readonly name: string; readonly seconds: number }[];
}

/** Processes of one name are counted together: there are two engines. */
const sumOf = (uses: readonly ProcessUse[], before: Snapshot): number =>
  uses.reduce((sum, { pid, cpuSeconds }) => {
    const earlier = before.processes.find((other) => other.pid === pid)?.cpuSeconds ?? 0;
    return sum + cpuSeconds - earlier;
  }, 0);

/** What was used between two moments. */
export const useBetween = (before: Snapshot, after: Snapshot): Use => ({
  counted: Object.fromEntries(
    Object.entries(after.meter)
      .map(([name, count]) => [name, count - (before.meter[name] ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  ),
  cpu: [...Map.groupBy(after.processes, ({ name }) => name)]
    .map(([name, uses]) => ({ name, seconds: sumOf(uses, before) }))
    .filter(({ seconds }) => seconds > 0),
});

/** Nothing was invoked for this long: no event is on its way. */
const QUIET_LOOKS = 5;
const LOOK_EVERY_MS = 100;

/** Waits until every event has arrived; answers the seconds until the last of them was handled. */
export const drained = async (cloud: CloudProcess): Promise<number> => {
  const started = performance.now();
  let last: number | undefined;
  let lastChange = started;
  let quiet = 0;
  await until(
    'every event drained',
    async () => {
      const now = (await readMeter(cloud))['lambda.invocations'] ?? 0;
      quiet = now === last ? quiet + 1 : 0;
      if (now !== last) lastChange = performance.now();
      last = now;
      return quiet >= QUIET_LOOKS ? true : undefined;
    },
    { timeoutMs: 120_000, everyMs: LOOK_EVERY_MS },
  );
  return (lastChange - started) / 1000;
};

const DYNAMODB_CALLS = /^dynamodb\.[A-Z]/;

/** What one order cost, on average: calls, units, events and milliseconds of CPU by process. */
export const perOrder = ({ counted, cpu }: Use, driverCpuSeconds: number): Readonly<Record<string, number>> => {
  const orders = counted['states.express.requests'] ?? 0;
  const dynamodb = Object.entries(counted)
    .filter(([name]) => DYNAMODB_CALLS.test(name))
    .reduce((sum, [, count]) => sum + count, 0);
  const share = (count: number | undefined): number => (count ?? 0) / orders;
  return {
    'Lambda invocations': share(counted['lambda.invocations']),
    'DynamoDB calls': share(dynamodb),
    'write units': share(counted['dynamodb.writeUnits']),
    'bus events': share(counted['events.published']),
    'queue messages': share(counted['sqs.SendMessage']),
    ...Object.fromEntries(cpu.map(({ name, seconds }) => [`CPU ms, ${name}`, share(seconds * 1000)])),
    'CPU ms, driver': share(driverCpuSeconds * 1000),
  };
};
