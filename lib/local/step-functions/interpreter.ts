import { setImmediate } from 'node:timers/promises';
import { put } from './data-flow.ts';
import type { Selector } from './json-path.ts';
import { Ended, sleepUntil, under, within, type Lifetime } from './lifetime.ts';
import {
  onlyComputes,
  type ChoiceState,
  type ComputingState,
  type EffectState,
  type GuardedState,
  type MapState,
  type ParallelState,
  type State,
  type TaskState,
} from './machine.ts';
import { contextOf, newFrame, record, recordTask, restoreFrame, type Frame, type Run } from './run.ts';
import { matchesError, runtimeError, StateError } from './state-error.ts';

/** Where a state led: its output, and the next state (undefined ends the graph). */
interface Moved {
  readonly output: unknown;
  readonly next: string | undefined;
}

/** An inline Map runs at most this many iterations at a time, as on AWS. */
const mostConcurrent = 40;

/** A loop of computing states lets other work run after this many. */
const stepsPerTurn = 1000;

/** Standard executions end after this many states: AWS allows 25,000 events, and a state is two at least. */
const mostTransitions = 12_500;

const textOf = (part: string | Selector | undefined, input: unknown, context: unknown): string | undefined => {
  if (typeof part !== 'function') return part;
  const value = part({ input, context });
  if (typeof value !== 'string') throw runtimeError('ErrorPath and CausePath must lead to strings');
  return value;
};

const choose = (state: ChoiceState, input: unknown, context: unknown): string => {
  const chosen = state.choices.find((choice) => choice.rule({ input, context }))?.next ?? state.otherwise;
  if (chosen === undefined)
    throw new StateError('States.NoChoiceMatched', `no choice of ${state.name} matches, and it has no Default`);
  return chosen;
};

const compute = (run: Run, frame: Frame, state: ComputingState): Moved => {
  const context = contextOf(run, frame);
  const { input } = frame;
  if (state.type === 'Fail') {
    throw new StateError(textOf(state.error, input, context) ?? '', textOf(state.cause, input, context));
  }
  const effective = state.before(input, context);
  const result = state.type === 'Pass' && state.result !== undefined ? state.result : effective;
  const next = state.type === 'Choice' ? choose(state, effective, context) : state.next;
  return { output: state.after(result, input, context), next };
};

const runTask = async (run: Run, frame: Frame, state: TaskState, lifetime: Lifetime): Promise<unknown> => {
  const context = contextOf(run, frame);
  const effective = state.before(frame.input, context);
  const { timeoutSeconds } = state;
  const seconds =
    typeof timeoutSeconds === 'function' ? Number(timeoutSeconds({ input: frame.input, context })) : timeoutSeconds;
  const limit =
    seconds === undefined
      ? undefined
      : {
          milliseconds: seconds * 1000,
          error: () => new StateError('States.Timeout', `${state.name} took more than ${seconds} s`),
        };
  if (run.journal !== undefined) {
    const input =
      state.target.kind === 'function'
        ? { input: JSON.stringify(effective) }
        : { parameters: JSON.stringify(effective) };
    recordTask(run, frame, state, 'Scheduled', input);
    recordTask(run, frame, state, 'Started', {});
  }
  try {
    const result = await within(lifetime, run.clock, limit, () => run.perform(state, effective));
    if (run.journal !== undefined) recordTask(run, frame, state, 'Succeeded', { output: JSON.stringify(result) });
    return state.after(result, frame.input, context);
  } catch (error) {
    if (error instanceof StateError) {
      const step = error.error === 'States.Timeout' ? 'TimedOut' : 'Failed';
      recordTask(run, frame, state, step, { error: error.error, cause: error.reason });
    }
    throw error;
  }
};

const runChild = async (run: Run, child: Frame, lifetime: Lifetime): Promise<unknown> => {
  const left = run.journal?.restored(child.id);
  if (left?.done === true) return left.value;
  const frame = left === undefined ? child : restoreFrame(child, left);
  const output = await runGraph(run, frame, lifetime);
  if (lifetime.over !== undefined) throw lifetime.over;
  await run.journal?.finished(frame, output);
  return output;
};

/** Runs the children of a state; the first failure ends the others. */
const together = (lifetime: Lifetime, work: (of: Lifetime) => Promise<unknown[]>): Promise<unknown[]> =>
  under(lifetime, async (of) => {
    try {
      return await work(of);
    } catch (error) {
      of.end(new Ended('sibling-failed'));
      throw error;
    }
  });

const childId = (frame: Frame, index: number): string => (frame.id === '' ? `${index}` : `${frame.id}/${index}`);

const runParallel = async (run: Run, frame: Frame, state: ParallelState, lifetime: Lifetime): Promise<unknown> => {
  const context = contextOf(run, frame);
  const effective = state.before(frame.input, context);
  record(run, frame, 'ParallelStateStarted', () => ({}));
  const outputs = await together(lifetime, (of) =>
    Promise.all(
      state.branches.map((branch, index) =>
        runChild(run, newFrame(childId(frame, index), branch, effective, frame.lastEvent, frame.item), of),
      ),
    ),
  );
  record(run, frame, 'ParallelStateSucceeded', () => ({}));
  return state.after(outputs, frame.input, context);
};

const runMap = async (run: Run, frame: Frame, state: MapState, lifetime: Lifetime): Promise<unknown> => {
  const context = contextOf(run, frame);
  const effective = state.before(frame.input, context);
  const items = state.items(effective, context);
  const wanted =
    typeof state.maxConcurrency === 'number'
      ? state.maxConcurrency
      : Number(state.maxConcurrency({ input: frame.input, context }));
  record(run, frame, 'MapStateStarted', () => ({ mapStateStartedEventDetails: { length: items.length } }));
  const outputs: unknown[] = items.map(() => null);
  let index = 0;
  const iterate = async (of: Lifetime): Promise<void> => {
    for (let own = index++; own < items.length; own = index++) {
      const item = { Index: own, Value: items[own] };
      const details = { name: state.name, index: own };
      const input = state.select(effective, item.Value, { ...context, Map: { Item: item } });
      const child = newFrame(childId(frame, own), state.iteration, input, frame.lastEvent, item);
      record(run, child, 'MapIterationStarted', () => ({ mapIterationStartedEventDetails: details }));
      outputs[own] = await runChild(run, child, of);
      record(run, child, 'MapIterationSucceeded', () => ({ mapIterationSucceededEventDetails: details }));
    }
  };
  await together(lifetime, (of) => {
    const workers = Math.min(items.length, wanted === 0 ? mostConcurrent : wanted, mostConcurrent);
    return Promise.all(Array.from({ length: workers }, () => iterate(of)));
  });
  record(run, frame, 'MapStateSucceeded', () => ({}));
  return state.after(outputs, frame.input, context);
};

/** Uses up one attempt of the retrier for this error, and waits; false when there is none left. */
const mayRetry = async (
  run: Run,
  frame: Frame,
  state: GuardedState,
  error: StateError,
  lifetime: Lifetime,
): Promise<boolean> => {
  const index = state.retriers.findIndex((retrier) => retrier.errors.some((name) => matchesError(name, error.error)));
  const retrier = state.retriers[index];
  if (retrier === undefined) return false;
  const used = frame.attempts[index] ?? 0;
  if (used >= retrier.maxAttempts) return false;
  frame.attempts = state.retriers.map((_, at) => (frame.attempts[at] ?? 0) + (at === index ? 1 : 0));
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** used, retrier.maxDelaySeconds);
  frame.due = run.clock.now() + Math.round(seconds * 1000 * (retrier.jitter ? run.random() : 1));
  await run.journal?.entered(frame);
  await sleepUntil(lifetime, run.clock, frame.due);
  frame.due = undefined;
  return true;
};

const runGuarded = async (run: Run, frame: Frame, state: GuardedState, lifetime: Lifetime): Promise<Moved> => {
  if (frame.due !== undefined) await sleepUntil(lifetime, run.clock, frame.due);
  frame.due = undefined;
  for (;;) {
    try {
      const output =
        state.type === 'Task'
          ? await runTask(run, frame, state, lifetime)
          : state.type === 'Map'
            ? await runMap(run, frame, state, lifetime)
            : await runParallel(run, frame, state, lifetime);
      return { output, next: state.next };
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      if (state.type !== 'Task') record(run, frame, `${state.type}StateFailed`, () => ({}));
      if (await mayRetry(run, frame, state, error, lifetime)) continue;
      const catcher = state.catchers.find(({ errors }) => errors.some((name) => matchesError(name, error.error)));
      if (catcher === undefined) throw error;
      const output = put(frame.input, catcher.place, { Error: error.error, Cause: error.reason ?? '' });
      return { output, next: catcher.next };
    }
  }
};

const runEffect = async (run: Run, frame: Frame, state: EffectState, lifetime: Lifetime): Promise<Moved> => {
  if (state.type === 'Wait') {
    const context = contextOf(run, frame);
    const effective = state.before(frame.input, context);
    frame.due ??= state.until(effective, context, frame.enteredAt);
    if (!frame.journalled) await run.journal?.entered(frame);
    await sleepUntil(lifetime, run.clock, frame.due);
    return { output: state.after(effective, frame.input, context), next: state.next };
  }
  if (!frame.journalled) await run.journal?.entered(frame);
  return runGuarded(run, frame, state, lifetime);
};

const enter = (run: Run, frame: Frame, state: State): void => {
  run.transitions += 1;
  if (frame.journalled) return;
  frame.enteredAt = run.clock.now();
  record(run, frame, `${state.type}StateEntered`, () => ({
    stateEnteredEventDetails: { name: state.name, input: JSON.stringify(frame.input) },
  }));
};

/**
 * Runs a graph from where its frame stands to its end, and answers the output. Rejects with StateError when it fails,
 * and with the lifetime's reason when that ends. With a journal, each state that has an effect is entered on disk before
 * its effect begins, so that a restart goes on there.
 */
export const runGraph = async (run: Run, frame: Frame, lifetime: Lifetime): Promise<unknown> => {
  for (;;) {
    if (lifetime.over !== undefined) throw lifetime.over;
    const state = frame.graph.states.get(frame.state);
    if (state === undefined) throw runtimeError(`there is no state ${frame.state}`);
    enter(run, frame, state);
    if (run.journal !== undefined && run.transitions > mostTransitions) {
      throw runtimeError('The execution reached the maximum number of history events (25000).');
    }
    if (run.transitions % stepsPerTurn === 0) await setImmediate();
    const moved = onlyComputes(state) ? compute(run, frame, state) : await runEffect(run, frame, state, lifetime);
    if (state.type !== 'Fail') {
      record(run, frame, `${state.type}StateExited`, () => ({
        stateExitedEventDetails: { name: state.name, output: JSON.stringify(moved.output) },
      }));
    }
    if (moved.next === undefined) return moved.output;
    frame.state = moved.next;
    frame.input = moved.output;
    frame.attempts = [];
    frame.due = undefined;
    frame.journalled = false;
  }
};
