import * as z from 'zod';

/** An instant in RFC 3339, UTC, with milliseconds: `2026-01-31T09:30:00.000Z`. Sorts as text. */
export const Instant = z.iso.datetime({ offset: false }).brand<'Instant'>();
export type Instant = z.output<typeof Instant>;

/** The clock of a use case: wall time in production, a fixed or moved time in tests. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export const toInstant = (date: Date): Instant => Instant.parse(date.toISOString());

/** The instant `seconds` after `date`. */
export const secondsAfter = (date: Date, seconds: number): Instant =>
  toInstant(new Date(date.getTime() + seconds * 1000));

/** DynamoDB's TTL attribute counts whole seconds since 1970. It is housekeeping, never logic. */
export const ttlSeconds = (date: Date, secondsLater: number): number =>
  Math.floor(date.getTime() / 1000) + secondsLater;
