import { type Operation, historyOf, shrunk } from './history.ts';
import { Broken, type CreateWorld, runHistory, type Tally } from './run-history.ts';

export interface Failure {
  readonly seed: number;
  readonly message: string;
  /** The smallest history that fails like that. */
  readonly history: readonly Operation[];
}

export interface Proof {
  readonly histories: number;
  readonly steps: number;
  readonly calls: number;
  readonly tally: Tally;
  readonly failure: Failure | undefined;
}

/** Why a history fails, or undefined. What is no broken promise is a mistake of the code, and fails as well. */
const failureOf = async (
  createWorld: CreateWorld,
  history: readonly Operation[],
  seed: number,
): Promise<string | undefined> => {
  try {
    await runHistory(createWorld, history, seed);
    return undefined;
  } catch (error) {
    return error instanceof Broken
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  }
};

/** Runs histories of one seed after the other until one fails, which is then made small. */
export const proveHistories = async (
  createWorld: CreateWorld,
  options: { readonly histories: number; readonly seed: number; readonly progress?: (done: number) => void },
): Promise<Proof> => {
  const tally: Tally = new Map();
  let steps = 0;
  let calls = 0;
  for (let index = 0; index < options.histories; index += 1) {
    const seed = options.seed + index;
    const history = historyOf(seed);
    try {
      calls += await runHistory(createWorld, history, seed, tally);
      steps += history.length;
    } catch {
      const smallest = await shrunk(
        history,
        async (candidate) => (await failureOf(createWorld, candidate, seed)) !== undefined,
      );
      const message = (await failureOf(createWorld, smallest, seed)) ?? 'It failed once, and not again.';
      return { histories: index + 1, steps, calls, tally, failure: { seed, message, history: smallest } };
    }
    options.progress?.(index + 1);
  }
  return { histories: options.histories, steps, calls, tally, failure: undefined };
};
