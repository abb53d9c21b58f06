import * as z from 'zod';
import { Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';

/** What is known of the attempts to log in with one email, whether an account has it or not. */
export const AttemptsRecord = z.object({
  /** Wrong ones since the last right one. */
  failures: z.number().int(),
  /** Begun and not settled. */
  pending: z.number().int(),
  /** What is still not settled by then never will be. */
  pendingUntil: Instant,
  /** No attempt is let through before this instant. */
  lockedUntil: Instant.nullable(),
  /** From then on everything is forgotten. */
  expiresAt: Instant,
});
export type AttemptsRecord = z.output<typeof AttemptsRecord>;

/** Wrong attempts before which there is no pause. */
export const FREE_FAILURES = 4;
/** So many may be checked at the same moment: one person's devices, but not a flood of guesses. */
export const MAX_PENDING = 40;
/** Longer than any attempt takes. */
const PENDING_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 15 * 60;
/** Counted from the first attempt. */
const FORGET_SECONDS = 24 * 3600;

export type AttemptVerdict =
  | { readonly admitted: true; readonly next: AttemptsRecord }
  | { readonly admitted: false; readonly retryAfter: number };

export const firstAttempt = (now: Date): AttemptsRecord => ({
  failures: 0,
  pending: 1,
  pendingUntil: secondsAfter(now, PENDING_SECONDS),
  lockedUntil: null,
  expiresAt: secondsAfter(now, FORGET_SECONDS),
});

/** Seconds of pause that an attempt after so many failures begins. */
const pauseAfter = (failures: number): number =>
  Math.min(FIRST_PAUSE_SECONDS * 2 ** (failures - FREE_FAILURES), LONGEST_PAUSE_SECONDS);

/**
 * May somebody try now, and what is known then? The attempt is counted before the password is looked at, and after four
 * wrong ones the pause begins at the attempt itself, so that guesses at the same time get no further than 40 in all. The
 * first pause is 30 s, each failure doubles it, up to 15 minutes.
 */
export const decideAttempt = (seen: AttemptsRecord | undefined, now: Date): AttemptVerdict => {
  const instant = toInstant(now);
  if (seen === undefined || seen.expiresAt <= instant) return { admitted: true, next: firstAttempt(now) };
  if (seen.lockedUntil !== null && seen.lockedUntil > instant) {
    return { admitted: false, retryAfter: Math.ceil((Date.parse(seen.lockedUntil) - now.getTime()) / 1000) };
  }
  const pending = seen.pendingUntil <= instant ? 0 : seen.pending;
  if (pending >= MAX_PENDING) return { admitted: false, retryAfter: 1 };
  const { failures } = seen;
  return {
    admitted: true,
    next: {
      ...seen,
      pending: pending + 1,
      pendingUntil: secondsAfter(now, PENDING_SECONDS),
      lockedUntil: failures < FREE_FAILURES ? null : secondsAfter(now, pauseAfter(failures)),
    },
  };
};

/** What is known after an attempt was found right or wrong. */
export const settled = (seen: AttemptsRecord, outcome: 'right' | 'wrong'): AttemptsRecord =>
  outcome === 'right'
    ? { ...seen, pending: seen.pending - 1, failures: 0, lockedUntil: null }
    : { ...seen, pending: seen.pending - 1, failures: seen.failures + 1 };
