import { Cron } from 'croner';

/** When something runs. */
export interface Timing {
  /**
   * The first run after an instant (milliseconds since 1970); undefined when there is none any more. `anchor` is when
   * the schedule was made: rates count from there.
   */
  next(after: number, anchor: number): number | undefined;
}

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const rateOf = (body: string, expression: string): Timing => {
  const [, amount = '', unit = '', plural] = /^\s*(\d+)\s+(minute|hour|day)(s)?\s*$/.exec(body) ?? [];
  const period = Number(amount) * (units[unit] ?? 0);
  // AWS insists on `1 minute` and `2 minutes`.
  if (!(period > 0) || (Number(amount) === 1) === (plural === 's')) throw new Error(`${expression} is not a rate`);
  return { next: (after, anchor) => anchor + (Math.floor(Math.max(0, after - anchor) / period) + 1) * period };
};

/** AWS counts weekdays from 1 (Sunday), croner from 0; what follows `#` or `/` is no weekday. */
const weekdays = (field: string): string =>
  field.replace(/(?<![#/\d])\d+/g, (day) => {
    if (Number(day) < 1 || Number(day) > 7) throw new Error(`${day} is not a day of the week: 1 (Sunday) to 7`);
    return String(Number(day) - 1);
  });

const cronOf = (body: string, timeZone: string, expression: string): Timing => {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6) throw new Error(`${expression} has not six fields`);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if ((day === '?') === (weekday === '?'))
    throw new Error(`${expression}: one of day of month and day of week must be ?`);
  const any = (field: string): string => (field === '?' ? '*' : field);
  const cron = new Cron(['0', minute, hour, any(day), month, any(weekdays(weekday)), year].join(' '), {
    timezone: timeZone,
    mode: '7-part',
    // AWS's `0/15` begins a step at a number.
    sloppyRanges: true,
    paused: true,
  });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
};

const atOf = (body: string, timeZone: string, expression: string): Timing => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body)) throw new Error(`${expression} is not an instant`);
  const instant = new Cron(body, { timezone: timeZone, paused: true }).nextRun(new Date(0))?.getTime();
  return { next: (after) => (instant !== undefined && instant > after ? instant : undefined) };
};

/**
 * Reads `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` or `at(2026-01-31T09:30:00)`.
 * @throws Error for what is none of them
 */
export const readScheduleExpression = (expression: string, timeZone: string): Timing => {
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateOf(body, expression);
  if (kind === 'cron') return cronOf(body, timeZone, expression);
  if (kind === 'at') return atOf(body, timeZone, expression);
  throw new Error(`${expression} is not a schedule`);
};
