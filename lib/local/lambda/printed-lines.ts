import type { LogEntry } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { LiveLog } from '../log.ts';
import type { LambdaFunction } from './functions.ts';

const levels: Readonly<Record<string, LogEntry['level']>> = {
  debug: 'debug',
  trace: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  critical: 'error',
};

/** Fields that a log line's place or its other columns say already. */
const shownElsewhere = new Set(['level', 'message', 'fn', 'traceId', 'timestamp', 'service', 'sampling_rate']);

const objectOf = (line: string): Readonly<Record<string, unknown>> | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = parseJson(line);
    return isObject(value) ? value : undefined;
  } catch {
    // Text that only begins like JSON is shown as text.
    return undefined;
  }
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * A line that a function printed, for the live log: structured lines are taken apart, metrics in CloudWatch's embedded
 * format are left out, anything else is shown as it is.
 */
export const entryOfLine = (fn: LambdaFunction, line: string): LogEntry | undefined => {
  const fields = objectOf(line);
  if (fields === undefined) {
    return { source: 'lambda', level: 'info', domain: fn.domain, message: `${fn.name}: ${line}` };
  }
  if ('_aws' in fields) return undefined;
  const rest = Object.entries(fields).filter(([name]) => !shownElsewhere.has(name));
  return {
    source: 'lambda',
    level: levels[(textOf(fields['level']) ?? '').toLowerCase()] ?? 'info',
    domain: fn.domain,
    traceId: textOf(fields['traceId']) ?? textOf(fields['xray_trace_id']),
    message: textOf(fields['message']) ?? line,
    detail: { fn: fn.name.replace(/^cartwright-[^-]+-[^-]+-/, ''), ...Object.fromEntries(rest) },
  };
};

export const writePrinted = (log: LiveLog, fn: LambdaFunction, lines: readonly string[]): void => {
  for (const line of lines) {
    const entry = entryOfLine(fn, line);
    if (entry !== undefined) log.write(entry);
  }
};
