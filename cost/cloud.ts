import * as z from 'zod';
import { until } from '../lib/client/until.ts';
import type { CloudProcess } from '../lib/local/spawn.ts';
import type { Counts } from './durations.ts';

const Meter = z.record(z.string(), z.number());

export const readMeter = async (cloud: CloudProcess): Promise<Counts> =>
  Meter.parse(await (await fetch(`${cloud.awsUrl}/_local/meter`)).json());

/** What was counted between two readings. */
export const between = (before: Counts, after: Counts): Counts =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );

/** Longer than any batch waits for company. */
const QUIET_MS = 2_500;
const LOOK_EVERY_MS = 250;

/** Waits until nothing has been counted for a while: every event has been taken in. */
export const settled = async (cloud: CloudProcess): Promise<Counts> => {
  let last = '';
  let quietSince = performance.now();
  return until(
    'every event to be taken in',
    async () => {
      const now = await readMeter(cloud);
      const text = JSON.stringify(now);
      if (text !== last) quietSince = performance.now();
      last = text;
      return performance.now() - quietSince >= QUIET_MS ? now : undefined;
    },
    { timeoutMs: 300_000, everyMs: LOOK_EVERY_MS },
  );
};
