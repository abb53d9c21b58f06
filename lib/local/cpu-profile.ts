import type { Profiler } from 'node:inspector/promises';

/** Milliseconds that functions of a CPU profile spent in themselves, by name and place. */
export type SelfTimes = ReadonlyMap<string, number>;

const selfTimes = (profile: Profiler.Profile): SelfTimes => {
  const byNode = new Map<number, number>();
  for (const [index, node] of (profile.samples ?? []).entries()) {
    byNode.set(node, (byNode.get(node) ?? 0) + (profile.timeDeltas?.[index] ?? 0) / 1000);
  }
  const byFunction = new Map<string, number>();
  for (const { id, callFrame } of profile.nodes) {
    const place =
      callFrame.url === '' ? '' : ` ${callFrame.url.split('/').slice(-2).join('/')}:${callFrame.lineNumber + 1}`;
    const name = `${callFrame.functionName || '(anonymous)'}${place}`;
    byFunction.set(name, (byFunction.get(name) ?? 0) + (byNode.get(id) ?? 0));
  }
  return byFunction;
};

/** The most expensive functions of several threads together, a line each. */
export const shownTimes = (threads: readonly SelfTimes[], most: number): readonly string[] => {
  const sum = new Map<string, number>();
  for (const times of threads) for (const [name, time] of times) sum.set(name, (sum.get(name) ?? 0) + time);
  return [...sum]
    .filter(([name]) => name !== '(idle)')
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, milliseconds]) => `${milliseconds.toFixed(0).padStart(7)} ms  ${name}`);
};

/** Profiles this thread until the answer is called. */
export const startProfile = async (): Promise<() => Promise<SelfTimes>> => {
  // Not imported: environments that are not profiled would load it too.
  const { Session } = process.getBuiltinModule('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  // Dozens of threads are profiled at once; finer samples would be most of what they show.
  await session.post('Profiler.setSamplingInterval', { interval: 5_000 });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return selfTimes(profile);
  };
};
