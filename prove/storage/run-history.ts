import { drawsOf } from './draws.ts';
import type { Operation } from './history.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

/** Something that must hold does not. */
export class Broken extends Error {
  readonly promises: readonly string[];
  constructor(promises: readonly string[], after: string) {
    super(`${promises.join('\n')}\n(after ${after})`);
    this.name = 'Broken';
    this.promises = promises;
  }
}

/** What a history happens in. */
export interface World {
  /** Begins a step. What takes time goes on in turns. */
  begin(operation: Operation): void;
  /** What does not hold now. */
  broken(): readonly string[];
  /** Nobody is at work any more. */
  settle(): void;
  /** Ends everything: resumes what was cut off, sweeps, lets time pass. */
  finish(idle: () => Promise<void>): Promise<void>;
  /** What does not hold at the end. */
  brokenAtTheEnd(): readonly string[];
}

/** How often which step came to which end. */
export type Tally = Map<string, Map<string, number>>;
export const counted = (tally: Tally, kind: string, outcome: string, times = 1): void => {
  const outcomes = tally.get(kind) ?? new Map<string, number>();
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
  tally.set(kind, outcomes);
};

export type CreateWorld = (scheduler: Scheduler, random: () => number, tally: Tally) => World | Promise<World>;

/** More calls than any right history has: something goes round in circles. */
const MOST_TURNS = 200_000;

/**
 * Runs one history, with every check after every single call.
 * @returns the number of calls
 * @throws Broken
 */
export const runHistory = async (
  createWorld: CreateWorld,
  history: readonly Operation[],
  seed: number,
  tally: Tally = new Map(),
): Promise<number> => {
  let draw = drawsOf(seed);
  let turns = 0;
  let at = 'the beginning';
  const world: { now: World | undefined } = { now: undefined };
  const check = (call: string): void => {
    const broken = world.now?.broken() ?? [];
    if (broken.length > 0) throw new Broken(broken, `${call}, in ${at}`);
  };
  const scheduler = createScheduler(
    () => draw(),
    (call, task) => check(`${call} of ${task.name}`),
  );
  const turn = async (): Promise<boolean> => {
    turns += 1;
    if (turns > MOST_TURNS) throw new Broken([`no end after ${MOST_TURNS} calls`], at);
    return scheduler.turn();
  };
  const idle = async (): Promise<void> => {
    while (await turn());
    world.now?.settle();
    check('the last call');
  };

  world.now = await createWorld(scheduler, () => draw(), tally);
  for (const [index, operation] of history.entries()) {
    at = `step ${index + 1}: ${operation.kind}`;
    draw = drawsOf(operation.seed);
    world.now.begin(operation);
    check('its beginning');
    if (operation.turns === 'all') await idle();
    else for (let left = operation.turns; left > 0 && (await turn()); left -= 1);
  }
  at = 'the end';
  await idle();
  await world.now.finish(idle);
  const left = [...world.now.broken(), ...world.now.brokenAtTheEnd()];
  if (left.length > 0) throw new Broken(left, at);
  return turns;
};
