/** One thing that a role did, or wanted to do. */
export interface GrantUse {
  /** The role's ARN. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

export interface Refusal extends GrantUse {
  /** AWS's words, and the statement to add. */
  readonly message: string;
}

/** Who decides tells this what roles were allowed and what they were refused. */
export interface GrantObserver {
  allowed(action: string, resource: string): void;
  refused(action: string, resource: string, message: string): void;
  /** Goes up with each reading of the record; what was told at an earlier mark is told again. */
  mark(): number;
}

/** The mark, for all threads. */
export type MarkMemory = SharedArrayBuffer;

export const markIn = (memory: MarkMemory): (() => number) => {
  const cell = new Int32Array(memory);
  return () => Atomics.load(cell, 0);
};

export interface GrantReading {
  /** For the next reading: what happens from now on is at this mark or above. */
  readonly mark: number;
  readonly uses: readonly GrantUse[];
  readonly refusals: readonly Refusal[];
}

export interface GrantRecord {
  readonly memory: MarkMemory;
  observerOf(role: string): GrantObserver;
  /** What roles did and were refused since a mark, once each; 0 is the start of the cloud. */
  since(mark: number): GrantReading;
}

/** What happened, and at which mark it happened last. */
interface Marked<T> {
  readonly at: number;
  readonly event: T;
}

/**
 * Which permissions are used, and which are missing: for finding grants that nothing needs. Between two readings each
 * use is told once by each thread, so that the record costs nothing on a busy path.
 */
export const createGrantRecord = (onRefusal: (refusal: Refusal) => void): GrantRecord => {
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const cell = new Int32Array(memory);
  const mark = markIn(memory);
  const uses = new Map<string, Marked<GrantUse>>();
  const refusals = new Map<string, Marked<Refusal>>();
  const after = <T>(events: ReadonlyMap<string, Marked<T>>, from: number): T[] =>
    [...events.values()].filter(({ at }) => at >= from).map(({ event }) => event);
  return {
    memory,
    observerOf: (role) => ({
      mark,
      allowed(action, resource) {
        uses.set(`${role}\n${action}\n${resource}`, { at: mark(), event: { role, action, resource } });
      },
      refused(action, resource, message) {
        const key = `${role}\n${action}\n${resource}`;
        const known = refusals.has(key);
        const event = { role, action, resource, message };
        refusals.set(key, { at: mark(), event });
        if (!known) onRefusal(event);
      },
    }),
    since(from) {
      const reading = { uses: after(uses, from), refusals: after(refusals, from) };
      return { mark: Atomics.add(cell, 0, 1) + 1, ...reading };
    },
  };
};
