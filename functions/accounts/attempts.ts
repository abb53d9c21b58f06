import * as z from 'zod';
import { Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';

/** What is known of the attempts to log in with one email, whether an account has it or not. */
export const AttemptsRecord = z.object({
  attempts: z.number().int(),
  /** No attempt is let through before this instant. */
  lockedUntil: Instant.nullable(),
  /** From then on everything is forgotten. */
  expiresAt: Instant,
});
export type AttemptsRecord = z.output<typeof AttemptsRecord>;

/** Attempts after which there is no pause. */
export const FREE_ATTEMPTS = 4;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 15 * 60;
/** Counted from the first attempt. */
const FORGET_SECONDS = 24 * 3600;

export type AttemptVerdict =
  | { readonly admitted: true; readonly next: AttemptsRecord }
  | { readonly admitted: false; readonly retryAfter: number };

export const firstAttempt = (now: Date): AttemptsRecord => ({
  attempts: 1,
  lockedUntil: null,
  expiresAt: secondsAfter(now, FORGET_SECONDS),
});

/**
 * May somebody try now, and what is known then? The attempt is counted before the password is looked at, so that many
 * guesses at once get no further than the same guesses one by one. The fifth begins a pause of 30 s, each one after it
 * doubles the pause, up to 15 minutes.
 */
export const decideAttempt = (seen: AttemptsRecord | undefined, now: Date): AttemptVerdict => {
  const instant = toInstant(now);
  if (seen === undefined || seen.expiresAt <= instant) return { admitted: true, next: firstAttempt(now) };
  if (seen.lockedUntil !== null && seen.lockedUntil > instant) {
    return { admitted: false, retryAfter: Math.ceil((Date.parse(seen.lockedUntil) - now.getTime()) / 1000) };
  }
  const attempts = seen.attempts + 1;
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - FREE_ATTEMPTS - 1), LONGEST_PAUSE_SECONDS);
  return {
    admitted: true,
    next: { ...seen, attempts, lockedUntil: attempts > FREE_ATTEMPTS ? secondsAfter(now, pause) : null },
  };
};
