import type { Machine, Stage } from './stage.ts';

/**
 * How long an invocation takes on AWS, from what was counted here. The local cloud's own times say nothing of it: a call
 * of DynamoDB takes a third of a millisecond here and several there, and a function has a whole core here. So:
 *
 * duration = processor time measured here x (1,769 MB / memory, at least 1) + counted requests x the waits below.
 *
 * Lambda gives a function the share memory / 1,769 MB of a core (its documentation, "Configure function memory"). The
 * measured time holds the whole client of the local cloud, and requests made at once count one after the other, so this is
 * rather too much than too little. One of these cores is taken for one of AWS's.
 */
export const FULL_CORE_MB = 1_769;

/** Milliseconds that a caller waits for a request inside a region: assumptions, on the slow side of what is usual. */
export const WAITS_MS: Readonly<Record<string, number>> = {
  'dynamodb.GetItem': 4,
  'dynamodb.Query': 5,
  'dynamodb.BatchGetItem': 6,
  'dynamodb.PutItem': 6,
  'dynamodb.UpdateItem': 6,
  'dynamodb.DeleteItem': 6,
  'dynamodb.TransactWriteItems': 15,
  'dynamodb.BatchWriteItem': 10,
  /** Beside the run time of what is invoked. */
  'lambda.Invoke': 10,
  'states.StartSyncExecution': 20,
  'states.StartExecution': 25,
  'events.PutEvents': 15,
};
/** Any other request: S3, Secrets Manager, SSM, API Gateway's control plane. */
export const OTHER_WAIT_MS = 30;
/** What a workflow adds to each of its tasks: the way to Lambda and back. */
export const TASK_MS = 15;

/** Counts of a scenario, as the meter names them. */
export type Counts = Readonly<Record<string, number>>;

export interface Durations {
  /** Milliseconds of an average invocation, billed: rounded up. */
  readonly ofFunction: (name: string) => number;
  /** Milliseconds of an average Express execution, before rounding. */
  readonly ofMachine: (machine: Machine) => number;
}

const requestsOf = (counts: Counts, name: string): readonly (readonly [string, number])[] => {
  const prefix = `lambda.requests.${name}.`;
  return Object.entries(counts)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, count]) => [key.slice(prefix.length), count] as const);
};

/** How often a function was invoked by other functions, and not by a workflow, a queue or the gateway. */
const calledByFunctions = (counts: Counts, name: string): number =>
  Object.entries(counts)
    .filter(([key]) => key.startsWith('lambda.requests.') && key.endsWith(`.lambda.Invoke ${name}`))
    .reduce((total, [, count]) => total + count, 0);

/** The durations of a scenario's functions and workflows. */
export const durationsOf = (counts: Counts, stage: Stage): Durations => {
  const express = stage.machines.find(({ type }) => type === 'EXPRESS');

  const ofMachine = (machine: Machine): number => {
    const executions = counts['states.express.requests'] ?? 0;
    if (executions === 0) return 0;
    return [...new Set(machine.tasks)].reduce((total, task) => {
      const runs = ((counts[`lambda.invocations.${task}`] ?? 0) - calledByFunctions(counts, task)) / executions;
      return total + Math.max(0, runs) * (TASK_MS + ofFunction(task));
    }, 0);
  };

  const waitOf = (request: string): number => {
    const [operation = '', invoked] = request.split(' ');
    const own = WAITS_MS[operation] ?? OTHER_WAIT_MS;
    if (invoked !== undefined) return own + ofFunction(invoked);
    return operation === 'states.StartSyncExecution' && express !== undefined ? own + ofMachine(express) : own;
  };

  const known = new Map<string, number>();
  const ofFunction = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const facts = stage.functions[name];
    if (facts === undefined) throw new Error(`No template has the function ${name}`);
    const invocations = counts[`lambda.invocations.${name}`] ?? 0;
    if (invocations === 0) return 0;
    const cpuMs = (counts[`lambda.cpu.${name}`] ?? 0) / 1000;
    const share = Math.max(1, FULL_CORE_MB / facts.memoryMb);
    const waited = requestsOf(counts, name).reduce((total, [request, count]) => total + count * waitOf(request), 0);
    const billed = Math.ceil((cpuMs * share + waited) / invocations);
    known.set(name, billed);
    return billed;
  };

  return { ofFunction, ofMachine };
};
