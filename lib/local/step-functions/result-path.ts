import { isArray, isObject } from '../json.ts';
import type { ReferenceStep } from './json-path.ts';
import { StateError } from './state-error.ts';

const mismatch = (steps: readonly ReferenceStep[]): StateError =>
  new StateError('States.ResultPathMatchFailure', `the input has no place for the result at ${JSON.stringify(steps)}`);

/**
 * A copy of `input` with `value` at the place that `steps` name. Missing objects on the way are made. Values are shared,
 * never changed in place: other branches may hold them.
 */
export const placeAt = (
  input: unknown,
  steps: readonly ReferenceStep[],
  value: unknown,
  depth: number = 0,
): unknown => {
  const step = steps[depth];
  if (step === undefined) return value;
  if (typeof step === 'number') {
    if (!isArray(input) || step < 0 || step >= input.length) throw mismatch(steps);
    return input.with(step, placeAt(input[step], steps, value, depth + 1));
  }
  if (input !== undefined && !isObject(input)) throw mismatch(steps);
  const own = input !== undefined && Object.hasOwn(input, step) ? input[step] : undefined;
  return { ...input, [step]: placeAt(own, steps, value, depth + 1) };
};
