import type { InvokeResult } from '../contracts.ts';
import { isArray, isObject, parseJson } from '../json.ts';

/** What became of a batch: all is done, all failed, or the records of these identifiers failed. */
export type BatchOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'partly'; readonly failed: ReadonlySet<string> };

/**
 * Reads a function's answer to a batch. With partial failures, an identifier that is empty or not in the batch fails
 * the whole batch, as on AWS; so does an answer of another shape.
 */
export const batchOutcome = (
  result: InvokeResult,
  partialFailures: boolean,
  identifiers: ReadonlySet<string>,
): BatchOutcome => {
  if (result.functionError !== undefined) return { kind: 'failed' };
  if (!partialFailures) return { kind: 'done' };
  const answer = parseJson(result.payload);
  if (answer === null || (isObject(answer) && Object.keys(answer).length === 0)) return { kind: 'done' };
  const failures = isObject(answer) ? (answer['batchItemFailures'] ?? []) : undefined;
  if (!isArray(failures)) return { kind: 'failed' };
  if (failures.length === 0) return { kind: 'done' };
  const failed = new Set<string>();
  for (const failure of failures) {
    const identifier = isObject(failure) ? failure['itemIdentifier'] : undefined;
    if (typeof identifier !== 'string' || !identifiers.has(identifier)) return { kind: 'failed' };
    failed.add(identifier);
  }
  return { kind: 'partly', failed };
};
