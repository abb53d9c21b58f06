import { expect, it } from 'vitest';
import { AttemptsRecord, decideAttempt, settled } from '../../functions/accounts/attempts.ts';
import { START } from './fixtures.ts';

const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);

/** Guesses wrong as soon as it is allowed and tells how long each pause was. */
const pauses = (attempts: number): number[] => {
  let seen: AttemptsRecord | undefined;
  let time = 0;
  const found: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    let verdict = decideAttempt(seen, later(time));
    const pause = verdict.admitted ? 0 : verdict.retryAfter;
    time += pause;
    if (!verdict.admitted) verdict = decideAttempt(seen, later(time));
    if (!verdict.admitted) throw new Error('the pause was longer than announced');
    found.push(pause);
    seen = settled(verdict.next, 'wrong');
  }
  return found;
};
const record: AttemptsRecord = AttemptsRecord.parse({
  failures: 4,
  pending: 0,
  pendingUntil: '2026-03-01T12:01:00.000Z',
  lockedUntil: null,
  expiresAt: '2026-03-02T12:00:00.000Z',
});

it('lets five wrong attempts through, then asks for pauses that double up to a quarter of an hour', () => {
  expect(pauses(13)).toEqual([0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
});

it('begins the pause at the attempt, so that others at the same time are refused', () => {
  const verdict = decideAttempt(record, START);
  expect(verdict).toMatchObject({ admitted: true, next: { failures: 4, pending: 1 } });
  const next = verdict.admitted ? verdict.next : record;
  expect(decideAttempt(next, START)).toEqual({ admitted: false, retryAfter: 30 });
  expect(decideAttempt(next, later(29.5))).toEqual({ admitted: false, retryAfter: 1 });
  expect(decideAttempt(next, later(30))).toMatchObject({ admitted: true });
});

it('forgets the wrong ones after a right one', () => {
  const verdict = decideAttempt(record, START);
  const next = settled(verdict.admitted ? verdict.next : record, 'right');
  expect(decideAttempt(next, START)).toMatchObject({
    admitted: true,
    next: { failures: 0, pending: 1, lockedUntil: null },
  });
});

it('lets 40 be checked at once, and forgets after a minute those that never ended', () => {
  const full = { ...record, failures: 0, pending: 40 };
  expect(decideAttempt(full, START)).toEqual({ admitted: false, retryAfter: 1 });
  expect(decideAttempt({ ...full, pending: 39 }, START)).toMatchObject({ admitted: true, next: { pending: 40 } });
  expect(decideAttempt(full, later(60))).toMatchObject({ admitted: true, next: { pending: 1 } });
});

it('forgets everything after a day', () => {
  const seen = { ...record, failures: 50 };
  expect(decideAttempt(seen, later(24 * 3600 - 1))).toMatchObject({ next: { failures: 50 } });
  expect(decideAttempt(seen, later(24 * 3600))).toMatchObject({ next: { failures: 0, lockedUntil: null } });
});
