import { expect, it } from 'vitest';
import { AttemptsRecord, decideAttempt } from '../../functions/accounts/attempts.ts';
import { START } from './fixtures.ts';

const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);

/** Tries as soon as it is allowed and tells how long each pause was. */
const pauses = (attempts: number): number[] => {
  let seen: AttemptsRecord | undefined;
  let time = 0;
  const found: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    let verdict = decideAttempt(seen, later(time));
    if (!verdict.admitted) {
      found.push(verdict.retryAfter);
      time += verdict.retryAfter;
      verdict = decideAttempt(seen, later(time));
    } else found.push(0);
    if (!verdict.admitted) throw new Error('the pause was longer than announced');
    seen = verdict.next;
  }
  return found;
};

it('lets five attempts through, then asks for pauses that double up to a quarter of an hour', () => {
  expect(pauses(13)).toEqual([0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
});

it('lets nothing through before the pause is over, to the second', () => {
  let seen: AttemptsRecord | undefined;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const verdict = decideAttempt(seen, START);
    if (verdict.admitted) seen = verdict.next;
  }
  expect(decideAttempt(seen, later(29.5))).toEqual({ admitted: false, retryAfter: 1 });
  expect(decideAttempt(seen, later(30))).toMatchObject({ admitted: true, next: { attempts: 6 } });
});

it('forgets after a day', () => {
  const seen = { attempts: 50, lockedUntil: null, expiresAt: '2026-03-02T12:00:00.000Z' };
  const record = AttemptsRecord.parse(seen);
  expect(decideAttempt(record, later(24 * 3600 - 1))).toMatchObject({ next: { attempts: 51 } });
  expect(decideAttempt(record, later(24 * 3600))).toMatchObject({ next: { attempts: 1, lockedUntil: null } });
});
