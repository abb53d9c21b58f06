import { AppError } from '../../lib/runtime/errors.ts';
import { invariants, leftovers, type Taken, takenOf } from './checks.ts';
import type { Shown } from './model.ts';
import { nodeSteps } from './node-steps.ts';
import { counted, type CreateWorld } from './run-history.ts';
import type { Task } from './scheduler.ts';
import { registerOf, shopSteps, type Step } from './shop-steps.ts';
import { createSite } from './site.ts';

/** Longer than any function may run: whatever was under way is gone. */
const LONGEST_SECONDS = 130;
const NODES = [4000, 4000, 8000] as const;
const MINUTE = 60;
const HOUR = 3600;
/** More than enough for everything to come to its end, with graces of hours in between. */
const ROUNDS = 10;
const STEPS_A_ROUND = 4;

/** Two shops over at least three nodes, checked after each call by what really lies in the table and on the nodes. */
export const createWorld: CreateWorld = async (scheduler, random, tally) => {
  const site = createSite(scheduler, random);
  const { directory, model, complaints } = site;
  const shop = shopSteps(site);
  const nodes = nodeSteps(site);
  const mistakes: string[] = [];
  let running: Task[] = [];

  const pass = (seconds: number): void => {
    if (seconds > LONGEST_SECONDS) scheduler.crashAll();
    site.advance(seconds);
  };
  const steps: Readonly<Record<string, Step>> = { ...shop.steps, ...nodes.steps };
  const times: Readonly<Record<string, (draw: number) => number>> = {
    seconds: (draw) => 1 + Math.floor(draw * 20),
    minutes: (draw) => Math.floor((1 + draw * 20) * MINUTE),
    hours: (draw) => Math.floor((1 + draw * 30) * HOUR),
  };

  /** Runs a step as a task; what ends in no answer of the API is a mistake. */
  const run = (kind: string, work: () => Promise<string>, crash?: Parameters<typeof scheduler.spawn>[2]): void => {
    const task = scheduler.spawn(
      kind,
      async () => {
        try {
          counted(tally, kind, await work());
        } catch (error) {
          if (error instanceof AppError) counted(tally, kind, error.code);
          else mistakes.push(`${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        }
      },
      crash,
    );
    running.push(task);
    task.onCrash = () => counted(tally, kind, 'crashed');
  };

  let checkedAt = -1;
  let taken: Taken = takenOf(directory);
  let found: readonly string[] = [];
  const shown = (): ReadonlyMap<string, Shown> => {
    const visible = new Map<string, Shown>();
    for (const { owner, value } of directory.files.values()) {
      if (value.state !== 'visible') continue;
      const sha256 = site.contentOf(value.id, value.current) ?? 'nothing';
      visible.set(registerOf(owner, value.path), { fileId: value.id, etag: value.version, sha256 });
    }
    return visible;
  };

  for (const capacity of NODES) run('add node', () => nodes.addNode(capacity));
  while (await scheduler.turn());

  return {
    begin: ({ kind, picks, turns, seed, crash }) => {
      const time = times[kind];
      const step = steps[kind];
      if (time !== undefined) {
        pass(time(picks[0]));
        counted(tally, kind, 'done');
      } else if (step !== undefined) run(kind, () => step({ kind, picks, turns, seed }), crash);
      else throw new Error(`Nothing is known of the step ${kind}`);
    },
    broken: () => {
      const promises = [...mistakes, ...complaints];
      if (promises.length > 0) return promises;
      const changes = site.changes();
      if (changes !== checkedAt) {
        checkedAt = changes;
        found = [...invariants(directory, site.disks(), site.sent, taken), ...model.see(shown()), ...site.brokenUrls()];
        taken = takenOf(directory);
      }
      return found;
    },
    settle: () => {
      running = running.filter(({ state }) => state === 'running');
      model.settle();
    },
    finish: async (idle) => {
      nodes.heal();
      run('add node', () => nodes.addNode(100_000));
      await idle();
      for (let round = 0; round < ROUNDS; round += 1) {
        run('probe', () => site.uses.probeNodes().then(() => 'done'));
        await idle();
        for (const node of nodes.stopped()) run('drain node', () => nodes.restart(node));
        await idle();
        for (let step = 0; step < STEPS_A_ROUND; step += 1) {
          for (const work of nodes.ofDrains()) run('step of a drain', work);
          await idle();
          for (const work of nodes.ofMessages()) run('message of a move', work);
          await idle();
        }
        for (const kind of ['sweep', 'sweep']) run(kind, () => site.uses.sweep().then(() => 'done'));
        await idle();
        await site.catchUp();
        pass(round < 3 ? MINUTE : 9 * HOUR);
      }
    },
    brokenAtTheEnd: () => [
      ...leftovers(directory, site.disks()),
      ...nodes.draining().map(({ name }) => `${name} is draining for ever`),
      ...[...site.workflows.values()].map(({ drainId }) => `the workflow of ${drainId} runs for ever`),
    ],
  };
};
