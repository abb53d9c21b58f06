import { toInstant } from '../../lib/runtime/clock.ts';
import { ConditionFailed, type TenantDb } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { AttemptStore } from './attempt-store.ts';
import { AttemptsRecord, decideAttempt, firstAttempt, FREE_ATTEMPTS } from './attempts.ts';

const MAX_TRIES = 20;
const attemptsKey = (emailHash: string) => ({ pk: key('attempts', emailHash), sk: 'meta' });
const ttlOf = (expiresAt: string): number => Math.floor(Date.parse(expiresAt) / 1000);

/** Attempts in DynamoDB: a tenant's customers in the tenant's part of the table, staff in the system's. */
export const dynamoAttempts = (db: TenantDb): AttemptStore => {
  /** What almost everybody does: one write, without reading first. */
  const beginFreely = (emailHash: string, now: Date) =>
    db.update(attemptsKey(emailHash), {
      update:
        'ADD attempts :one SET lockedUntil = :never, expiresAt = if_not_exists(expiresAt, :later), #ttl = if_not_exists(#ttl, :ttl)',
      condition: 'attribute_not_exists(pk) OR (attempts < :free AND expiresAt > :now)',
      names: { '#ttl': 'ttl' },
      values: {
        ':one': 1,
        ':never': null,
        ':later': firstAttempt(now).expiresAt,
        ':ttl': ttlOf(firstAttempt(now).expiresAt),
        ':free': FREE_ATTEMPTS,
        ':now': toInstant(now),
      },
    });

  return {
    begin: async (emailHash, now) => {
      let seen: AttemptsRecord | undefined;
      try {
        await beginFreely(emailHash, now);
        return 0;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        seen = error.item === undefined ? undefined : AttemptsRecord.parse(error.item);
      }
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const verdict = decideAttempt(seen, now);
        if (!verdict.admitted) return verdict.retryAfter;
        try {
          await db.put(
            { ...attemptsKey(emailHash), ...verdict.next, ttl: ttlOf(verdict.next.expiresAt) },
            seen === undefined
              ? { expression: 'attribute_not_exists(pk)' }
              : {
                  expression: 'attempts = :seen AND expiresAt = :until',
                  values: { ':seen': seen.attempts, ':until': seen.expiresAt },
                },
          );
          return 0;
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
          seen = error.item === undefined ? undefined : AttemptsRecord.parse(error.item);
        }
      }
      throw temporarilyUnavailable('Too many attempts to log in at once. Try again in a moment.', { retryAfter: 1 });
    },

    clear: (emailHash) => db.delete(attemptsKey(emailHash)),
  };
};
