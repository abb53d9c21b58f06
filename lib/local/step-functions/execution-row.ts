import type { SQLOutputValue } from 'node:sqlite';

/** Status names of the Step Functions API. */
export const executionStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
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

export type Row = Record<string, SQLOutputValue>;

export const textIn = (row: Row, name: string): string => {
  const value = row[name];
  if (typeof value !== 'string') throw new Error(`the column ${name} of the state database is not text`);
  return value;
};

export const optionalTextIn = (row: Row, name: string): string | undefined =>
  row[name] === null || row[name] === undefined ? undefined : textIn(row, name);

export const numberIn = (row: Row, name: string): number => {
  const value = row[name];
  if (typeof value !== 'number') throw new Error(`the column ${name} of the state database is not a number`);
  return value;
};

export const optionalNumberIn = (row: Row, name: string): number | undefined =>
  row[name] === null || row[name] === undefined ? undefined : numberIn(row, name);

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
