import { numberIn, optionalNumberIn, optionalTextIn, textIn, type Row } from '../sqlite-row.ts';

/** Status names of the Step Functions API. */
const executionStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** A Standard execution as it is kept. Times are milliseconds since 1970, input and output JSON text. */
export interface ExecutionRow {
  readonly arn: string;
  readonly machine: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  /** Hash of the definition that it runs. */
  readonly definition: string;
  /** Null once the history was pruned. */
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly started: number;
  readonly stopped: number | undefined;
  readonly trace: string | undefined;
}

export const executionIn = (row: Row): ExecutionRow => {
  const status = executionStatuses.find((known) => known === row['status']);
  if (status === undefined) throw new Error(`unknown execution status ${String(row['status'])}`);
  return {
    arn: textIn(row, 'arn'),
    machine: textIn(row, 'machine'),
    name: textIn(row, 'name'),
    status,
    definition: textIn(row, 'definition'),
    input: optionalTextIn(row, 'input'),
    output: optionalTextIn(row, 'output'),
    error: optionalTextIn(row, 'error'),
    cause: optionalTextIn(row, 'cause'),
    started: numberIn(row, 'started'),
    stopped: optionalNumberIn(row, 'stopped'),
    trace: optionalTextIn(row, 'trace'),
  };
};
