/** An error inside an execution, by the names of the States Language: what Retry and Catch see. */
export class StateError extends Error {
  readonly error: string;
  readonly reason: string | undefined;

  constructor(error: string, reason?: string) {
    super(reason === undefined ? error : `${error}: ${reason}`);
    this.name = 'StateError';
    this.error = error;
    this.reason = reason;
  }
}

/** A fault of the definition at run time. As on AWS it always fails the execution: States.ALL does not catch it. */
export const runtimeError = (reason: string): StateError => new StateError('States.Runtime', reason);

/** A definition that is wrong, or that uses what is not implemented, with the path of the field. */
export class InvalidDefinition extends Error {
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`);
    this.name = 'InvalidDefinition';
    this.path = path;
    this.problem = problem;
  }
}

/** Names that a wildcard of ErrorEquals never stands for. */
const terminal = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/** Does a name of ErrorEquals stand for this error? */
export const matchesError = (pattern: string, error: string): boolean => {
  if (terminal.has(error)) return false;
  if (pattern === 'States.ALL') return true;
  if (pattern === 'States.TaskFailed') return error !== 'States.Timeout';
  return pattern === error;
};
