/** Passed to every command: no attempt takes longer, and no call with all its attempts. */
export interface Limits {
  readonly requestTimeout: number;
  readonly abortSignal: AbortSignal;
}

/** A call without a body of note. */
export const ATTEMPT_MS = 5000;
const CALL_MS = 12_000;
/** The slowest transfer that is waited for: 1 MiB a second, after the time of a call. */
const BYTES_PER_MS = 1024;

/** How long a call may take that transfers so many bytes. */
export const transferMs = (size: number): number => CALL_MS + Math.ceil(size / BYTES_PER_MS);
