import { toInstant } from '../../lib/runtime/clock.ts';
import { ConditionFailed, type TenantDb } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { AttemptStore } from './attempt-store.ts';
import { AttemptsRecord, decideAttempt, firstAttempt, FREE_FAILURES, MAX_PENDING } from './attempts.ts';

const MAX_TRIES = 20;
const attemptsKey = (emailHash: string) => ({ pk: key('attempts', emailHash), sk: 'meta' });
const ttlOf = (expiresAt: string): number => Math.floor(Date.parse(expiresAt) / 1000);

const SETTLE = {
  right: 'SET failures = :none, lockedUntil = :never, pending = pending - :one',
  wrong: 'SET failures = failures + :one, pending = pending - :one',
} as const;
const SETTLE_VALUES = { right: { ':none': 0, ':never': null, ':one': 1 }, wrong: { ':one': 1 } } as const;

/** Attempts in DynamoDB: a tenant's customers in the tenant's part of the table, staff in the system's. */
export const dynamoAttempts = (db: TenantDb): AttemptStore => {
  /** What almost everybody does: one write, without reading first. */
  const beginFreely = (emailHash: string, now: Date) => {
    const first = firstAttempt(now);
    return db.update(attemptsKey(emailHash), {
      update:
        'SET pending = if_not_exists(pending, :none) + :one, pendingUntil = :pendingUntil, lockedUntil = :never, ' +
        'failures = if_not_exists(failures, :none), expiresAt = if_not_exists(expiresAt, :later), ' +
        '#ttl = if_not_exists(#ttl, :ttl)',
      condition:
        'attribute_not_exists(pk) OR (failures < :free AND pending < :max AND expiresAt > :now AND pendingUntil > :now)',
      names: { '#ttl': 'ttl' },
      values: {
        ':none': 0,
        ':one': 1,
        ':never': null,
        ':pendingUntil': first.pendingUntil,
        ':later': first.expiresAt,
        ':ttl': ttlOf(first.expiresAt),
        ':free': FREE_FAILURES,
        ':max': MAX_PENDING,
        ':now': toInstant(now),
      },
    });
  };

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
                  expression:
                    'failures = :failures AND pending = :pending AND lockedUntil = :locked AND expiresAt = :until',
                  values: {
                    ':failures': seen.failures,
                    ':pending': seen.pending,
                    ':locked': seen.lockedUntil,
                    ':until': seen.expiresAt,
                  },
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

    settle: async (emailHash, outcome) => {
      try {
        await db.update(attemptsKey(emailHash), {
          update: SETTLE[outcome],
          condition: 'attribute_exists(pk)',
          values: SETTLE_VALUES[outcome],
        });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error; // forgotten meanwhile
      }
    },
  };
};
