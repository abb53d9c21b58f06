import type { CallContract } from '../runtime/call.ts';

/**
 * A JSON template: members whose name ends in `.$` are paths from `$` = `{ tenant, traceId, input, results }`. While
 * undoing there is also `$.end` = `{ status, step, refusal, error }`. A skipped step's result is `{ status: 'skipped' }`.
 */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [member: string]: Template };

type Call = Pick<CallContract, 'domain' | 'name'>;

export interface SagaUndo {
  readonly call: Call;
  readonly input: Template;
  /** Undos with an order come first, by it; the others follow in the reverse order of their steps. */
  readonly order?: number;
  /** 5 unless said. */
  readonly timeoutSeconds?: number;
  /**
   * Makes it the gate to the undos after it: they run only when its result has one of these values of `status`. For an
   * undo that finds out whether there is anything to undo.
   */
  readonly proceedOn?: readonly [string, ...string[]];
}

export interface SagaStep {
  /** Its result is `$.results.<name>`. */
  readonly name: string;
  readonly run: Call;
  readonly input: Template;
  readonly timeoutSeconds: number;
  /** What is tried again whatever the error; without it, only what Lambda itself could not do. */
  readonly retry?: { readonly attempts: number; readonly intervalSeconds: number };
  /** A path to a boolean: the step is skipped unless it is there and true. */
  readonly when?: `$.${string}`;
  /** Values of the result's `status` with which the saga goes on; any other is a refusal. */
  readonly proceedOn: readonly [string, ...string[]];
  readonly undo?: SagaUndo | readonly SagaUndo[];
}

export interface SagaDefinitionOptions {
  readonly steps: readonly SagaStep[];
  readonly timeoutSeconds: number;
  readonly arnOf: (call: Call) => string;
}

/** Failures of the Lambda service, not of the function: nothing was done, so the call is repeated. */
const SERVICE_FAILURES = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];
const SERVICE_RETRY = {
  ErrorEquals: SERVICE_FAILURES,
  IntervalSeconds: 1,
  MaxAttempts: 2,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};
const UNDO_RETRY = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 1,
  MaxAttempts: 3,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};
const UNDO_TIMEOUT_SECONDS = 5;

const payload = (input: Template) => ({ 'tenant.$': '$.tenant', 'traceId.$': '$.traceId', input });

const isTrue = (path: string) => [
  { Variable: path, IsPresent: true },
  { Variable: path, BooleanEquals: true },
];

/** The undos of a step. */
export const undosOf = ({ undo }: Pick<SagaStep, 'undo'>): readonly SagaUndo[] =>
  undo === undefined ? [] : 'call' in undo ? [undo] : undo;

type States = Record<string, Readonly<Record<string, unknown>>>;

/** The states of one step: choose, do, look at the status; where it ends, and the undos that then are due. */
const stepStates = (step: SagaStep, position: number, next: string, undo: string, arn: string): States => {
  const { name } = step;
  const [failed, refused, verdict] = [`${name} failed`, `${name} refused`, `${name} ok?`];
  return {
    ...(step.when === undefined
      ? {}
      : {
          [`${name}?`]: {
            Type: 'Choice',
            Choices: [{ And: isTrue(step.when), Next: name }],
            Default: `${name} skipped`,
          },
          [`${name} skipped`]: {
            Type: 'Pass',
            Result: { status: 'skipped' },
            ResultPath: `$.results.${name}`,
            Next: next,
          },
        }),
    [name]: {
      Type: 'Task',
      Resource: arn,
      Parameters: payload(step.input),
      ResultPath: `$.results.${name}`,
      TimeoutSeconds: step.timeoutSeconds,
      Retry: [
        SERVICE_RETRY,
        ...(step.retry === undefined
          ? []
          : [
              {
                ErrorEquals: ['States.ALL'],
                IntervalSeconds: step.retry.intervalSeconds,
                MaxAttempts: step.retry.attempts,
                BackoffRate: 2,
                JitterStrategy: 'FULL',
              },
            ]),
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: failed }],
      Next: verdict,
    },
    [verdict]: {
      Type: 'Choice',
      Choices: step.proceedOn.map((status) => ({
        Variable: `$.results.${name}.status`,
        StringEquals: status,
        Next: next,
      })),
      Default: refused,
    },
    [refused]: {
      Type: 'Pass',
      Parameters: {
        status: 'refused',
        step: name,
        position,
        'refusal.$': `$.results.${name}`,
        error: null,
      },
      ResultPath: '$.end',
      Next: undo,
    },
    [failed]: {
      Type: 'Pass',
      Parameters: { status: 'failed', step: name, position, refusal: null, 'error.$': '$.error' },
      ResultPath: '$.end',
      Next: undo,
    },
  };
};

interface Undoing {
  readonly step: SagaStep;
  readonly undo: SagaUndo;
  readonly position: number;
  /** The step's name; a step's further undos are counted. */
  readonly label: string;
}

/** An undo, run when its step was reached: a step that failed may have been done all the same. */
const undoStates = ({ step, undo, position, label }: Undoing, next: string, arn: string): States => {
  const state = `undo ${label}`;
  const gate = undo.proceedOn;
  return {
    [`${state}?`]: {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: '$.end.position', NumericGreaterThanEquals: position },
            ...(step.when === undefined ? [] : isTrue(step.when)),
          ],
          Next: state,
        },
      ],
      Default: next,
    },
    [state]: {
      Type: 'Task',
      Resource: arn,
      Parameters: payload(undo.input),
      ResultPath: gate === undefined ? null : '$.gate',
      TimeoutSeconds: undo.timeoutSeconds ?? UNDO_TIMEOUT_SECONDS,
      Retry: [UNDO_RETRY],
      // One undo that cannot be done must not keep the others from being done; the end tells of it. But without the
      // verdict of a gate nothing may be undone.
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          ResultPath: `$.undoErrors.${label}`,
          Next: gate === undefined ? next : 'kept',
        },
      ],
      Next: gate === undefined ? next : `${state} ok?`,
    },
    ...(gate === undefined
      ? {}
      : {
          [`${state} ok?`]: {
            Type: 'Choice',
            Choices: gate.map((status) => ({ Variable: '$.gate.status', StringEquals: status, Next: next })),
            Default: 'kept',
          },
        }),
  };
};

const undoOrder = (steps: readonly SagaStep[]): readonly Undoing[] => {
  const undoing = steps.flatMap((step, position) =>
    undosOf(step).map((undo, index) => ({
      step,
      undo,
      position,
      label: index === 0 ? step.name : `${step.name}${index + 1}`,
    })),
  );
  const rank = ({ undo, position }: Undoing): number => undo.order ?? steps.length + (steps.length - position);
  return undoing.toSorted((one, other) => rank(one) - rank(other));
};

const ending = (status: string) => ({
  Type: 'Pass',
  Parameters: {
    ...(status.startsWith('$') ? { 'status.$': status } : { status }),
    'step.$': '$.end.step',
    'refusal.$': '$.end.refusal',
    'error.$': '$.end.error',
    'results.$': '$.results',
    'undoErrors.$': '$.undoErrors',
  },
  End: true,
});

/** @throws when names repeat, or the steps together may take longer than the whole */
const check = (steps: readonly SagaStep[], timeoutSeconds: number): void => {
  const names = new Set(steps.map(({ name }) => name));
  if (names.size < steps.length) throw new Error('Two steps of a saga have one name');
  const longest = steps.reduce((sum, step) => sum + step.timeoutSeconds, 0);
  if (longest < timeoutSeconds) return;
  throw new Error(
    `The steps may take ${longest} s, the saga ${timeoutSeconds} s: it would end in the middle, with nothing undone`,
  );
};

/**
 * A saga in the States Language. Its input is `{ tenant, traceId, input }`, each task's `{ tenant, traceId, input }`,
 * its output one of
 * - `{ status: 'completed', results }`
 * - `{ status: 'refused', step, refusal, error: null, results, undoErrors }`
 * - `{ status: 'failed', step, refusal: null, error: { Error, Cause }, results, undoErrors }`
 * - `{ status: 'kept', ... }`, like one of the two before, when a gate kept the rest from being undone
 *
 * After a refusal or failure every step that was begun is undone, also the one that failed: a time-out does not tell
 * whether it took effect. `undoErrors` has a member for each undo that could not be done.
 */
export const sagaDefinition = ({ steps, timeoutSeconds, arnOf }: SagaDefinitionOptions) => {
  check(steps, timeoutSeconds);
  const entryOf = (step: SagaStep | undefined): string =>
    step === undefined ? 'completed' : step.when === undefined ? step.name : `${step.name}?`;
  const undoing = undoOrder(steps);
  const undoEntryOf = (position: number): string => {
    const next = undoing[position];
    return next === undefined ? 'undone' : `undo ${next.label}?`;
  };

  const states: States = {
    begin: {
      Type: 'Pass',
      Parameters: {
        'tenant.$': '$.tenant',
        'traceId.$': '$.traceId',
        'input.$': '$.input',
        results: {},
        undoErrors: {},
      },
      Next: entryOf(steps[0]),
    },
  };
  for (const [position, step] of steps.entries()) {
    Object.assign(states, stepStates(step, position, entryOf(steps[position + 1]), undoEntryOf(0), arnOf(step.run)));
  }
  states['completed'] = {
    Type: 'Pass',
    Parameters: { status: 'completed', 'results.$': '$.results' },
    End: true,
  };
  for (const [index, undo] of undoing.entries()) {
    Object.assign(states, undoStates(undo, undoEntryOf(index + 1), arnOf(undo.undo.call)));
  }
  states['undone'] = ending('$.end.status');
  if (undoing.some(({ undo }) => undo.proceedOn !== undefined)) states['kept'] = ending('kept');
  return { StartAt: 'begin', TimeoutSeconds: timeoutSeconds, States: states };
};
