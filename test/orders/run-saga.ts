import type { CallContract } from '../../lib/runtime/call.ts';
import { type SagaStep, type SagaUndo, type Template, undosOf } from '../../lib/constructs/saga-definition.ts';

type Call = Pick<CallContract, 'domain' | 'name'>;

/** The whole execution ends here: nothing more is called, and nobody hears of it. */
export class Death extends Error {}

export type RunCall = (call: Call, input: unknown) => Promise<unknown>;

const read = (path: string, root: unknown): unknown =>
  path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, name) => Object(value)[name], root);

const fill = (template: Template, root: unknown): unknown => {
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template)) return template.map((member: Template) => fill(member, root));
  return Object.fromEntries(
    Object.entries(template).map(([name, member]) => {
      if (!name.endsWith('.$')) return [name, fill(member, root)];
      const value = read(String(member), root);
      if (value === undefined) throw new Error(`${String(member)} is not there`);
      return [name.slice(0, -2), value];
    }),
  );
};

const UNDO_TRIES = 2;

/**
 * Does a saga's steps as the state machine made of them would, with a call that may fail or die at any point. A test
 * holds it against the state machine itself.
 */
export const runSaga = async (steps: readonly SagaStep[], input: unknown, call: RunCall): Promise<unknown> => {
  const root: Record<string, unknown> = { input, results: {} };
  const results: Record<string, unknown> = {};
  root['results'] = results;
  for (const [position, step] of steps.entries()) {
    if (step.when !== undefined && read(step.when, root) !== true) {
      results[step.name] = { status: 'skipped' };
      continue;
    }
    let end: { status: string; step: string; refusal: unknown; error: unknown } | undefined;
    try {
      const result = await call(step.run, fill(step.input, root));
      results[step.name] = result;
      if (!step.proceedOn.includes(String(Object(result).status))) {
        end = { status: 'refused', step: step.name, refusal: result, error: null };
      }
    } catch (error) {
      if (error instanceof Death) throw error;
      end = { status: 'failed', step: step.name, refusal: null, error: { Error: String(error), Cause: '' } };
    }
    if (end === undefined) continue;
    root['end'] = end;
    const status = (await undo(steps, position, root, call)) ? end.status : 'kept';
    return { ...end, status, results };
  }
  return { status: 'completed', results };
};

/** Undoes what was begun; false when a gate kept the rest. */
const undo = async (
  steps: readonly SagaStep[],
  reached: number,
  root: Record<string, unknown>,
  call: RunCall,
): Promise<boolean> => {
  const due = steps
    .flatMap((step, position) => undosOf(step).map((each) => ({ step, each, position })))
    .filter(({ step, position }) => position <= reached && (step.when === undefined || read(step.when, root) === true))
    .map(({ each, position }) => ({ each, rank: each.order ?? steps.length + (steps.length - position) }))
    .toSorted((one, other) => one.rank - other.rank);
  for (const { each } of due) {
    const result = await tryUndo(each, root, call);
    if (each.proceedOn === undefined) continue;
    if (!each.proceedOn.includes(String(Object(result).status))) return false;
  }
  return true;
};

const tryUndo = async (each: SagaUndo, root: unknown, call: RunCall): Promise<unknown> => {
  for (let tries = 0; tries < UNDO_TRIES; tries += 1) {
    try {
      return await call(each.call, fill(each.input, root));
    } catch (error) {
      if (error instanceof Death) throw error;
    }
  }
  return undefined;
};
