import { expect, test } from 'vitest';
import type { LogEntry } from '../../lib/local/contracts.ts';
import { createLog, domainOf, type LogFilter } from '../../lib/local/log.ts';

const lines = (entries: readonly LogEntry[], filter?: LogFilter): string[] => {
  const printed: string[] = [];
  const log = createLog({ print: (line) => printed.push(line), now: () => Date.UTC(2026, 0, 1, 12, 30, 1, 5), filter });
  for (const entry of entries) log.write(entry);
  return printed;
};

const placed: LogEntry = { source: 'lambda', level: 'info', domain: 'orders', message: 'placed', traceId: '1-abc' };
const charged: LogEntry = { source: 'bus', level: 'debug', domain: 'payments', message: 'charged', traceId: '1-def' };

test('a line has the time, the source, the domain, the message, its details and the trace', () => {
  expect(lines([{ ...placed, detail: { order: 'or_1', total: 5, gone: undefined } }])).toEqual([
    '12:30:01.005 lambda   orders     placed order=or_1 total=5 [1-abc]',
  ]);
});

test('an error among the details is shown by its name, message and cause', () => {
  const error = { name: 'Conflict', message: 'busy', stack: 'at x', cause: { name: 'Error', message: 'locked' } };
  expect(lines([{ ...placed, detail: { error } }])[0]).toContain(
    'placed error=Conflict: busy (because Error: locked) [',
  );
});

test('lines are filtered by level, domain and the beginning of the trace', () => {
  expect(lines([placed, charged])).toHaveLength(1);
  expect(lines([placed, charged], { level: 'debug' })).toHaveLength(2);
  expect(lines([placed, charged], { level: 'debug', domain: 'payments' })).toHaveLength(1);
  expect(lines([placed, charged], { level: 'debug', trace: '1-a' })).toHaveLength(1);
});

test('what the cloud says of itself passes the filters of domain and trace, not that of the level', () => {
  const said: LogEntry = { source: 'cloud', level: 'info', message: 'the build failed' };
  expect(lines([said], { domain: 'payments', trace: '1-a' })).toHaveLength(1);
  expect(lines([said], { level: 'warn' })).toHaveLength(0);
});

test('a log that is hushed shows what the cloud says of itself, warnings and errors, until it is not', () => {
  const said: LogEntry = { source: 'cloud', level: 'info', message: 'onboarding' };
  const failed: LogEntry = { ...charged, level: 'warn' };
  expect(lines([said, placed, failed], { hushed: () => true })).toHaveLength(2);
  const answers = [true, false];
  expect(lines([placed, placed], { hushed: () => answers.shift() ?? false })).toHaveLength(1);
});

test('the domain is read from a derived name', () => {
  expect(domainOf('cartwright-dev-orders-place-order')).toBe('orders');
  expect(domainOf('something-else')).toBeUndefined();
});
