import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Session, type Profiler } from 'node:inspector/promises';

/** Functions of a CPU profile by the time spent in themselves, the most expensive first. */
export const selfTimes = (
  profile: Profiler.Profile,
): readonly { readonly name: string; readonly milliseconds: number }[] => {
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
  return [...byFunction]
    .map(([name, milliseconds]) => ({ name, milliseconds }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
};

/** Profiles this thread until the answer is called: it writes a `.cpuprofile` and answers what was most expensive. */
export const startProfile = async (file: string): Promise<() => Promise<readonly string[]>> => {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(profile));
    return selfTimes(profile)
      .slice(0, 25)
      .map(({ name, milliseconds }) => `${milliseconds.toFixed(0).padStart(7)} ms  ${name}`);
  };
};
