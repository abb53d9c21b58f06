import type { AttemptStore } from './attempt-store.ts';
import { type AttemptsRecord, decideAttempt, settled } from './attempts.ts';

/** Attempts in memory: for tests of what is above the store. */
export const memoryAttempts = (): AttemptStore => {
  const records = new Map<string, AttemptsRecord>();
  return {
    begin: async (emailHash, now) => {
      const verdict = decideAttempt(records.get(emailHash), now);
      if (!verdict.admitted) return verdict.retryAfter;
      records.set(emailHash, verdict.next);
      return 0;
    },
    settle: async (emailHash, outcome) => {
      const seen = records.get(emailHash);
      if (seen !== undefined) records.set(emailHash, settled(seen, outcome));
    },
  };
};
