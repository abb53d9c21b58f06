import type { Case } from '../../contract-cases.ts';

/** How an execution ended; the output is parsed. */
export interface Ended {
  readonly status: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly cause: unknown;
}

/** Runs a definition as an Express workflow with an input. */
export type Run = (definition: unknown, input: unknown) => Promise<Ended>;

export interface Subject {
  readonly test: Case;
  readonly run: Run;
  /** The output of a single Pass state with these fields, or the error it failed with. */
  passed(fields: Readonly<Record<string, unknown>>, input: unknown): Promise<unknown>;
}

/** A machine of one state. */
export const only = (state: Readonly<Record<string, unknown>>): unknown => ({
  StartAt: 'Only',
  States: { Only: state },
});

export const createSubject = (test: Case, run: Run): Subject => ({
  test,
  run,
  async passed(fields, input) {
    const ended = await run(only({ Type: 'Pass', End: true, ...fields }), input);
    return ended.status === 'SUCCEEDED' ? ended.output : { failed: ended.error };
  },
});
