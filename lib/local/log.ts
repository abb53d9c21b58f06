import { styleText } from 'node:util';
import type { Log, LogEntry } from './contracts.ts';

/** Which lines are shown: a trace (by its beginning), one domain, and everything at or above a level. */
export interface LogFilter {
  readonly trace?: string | undefined;
  readonly domain?: string | undefined;
  readonly level?: LogEntry['level'] | undefined;
  /** While it answers true, only the local cloud itself is heard, and warnings and errors of all. */
  readonly hushed?: (() => boolean) | undefined;
}

/** The live log. A source that would have to work for its lines asks `shows` first. */
export interface LiveLog extends Log {
  shows(level: LogEntry['level'], domain?: string): boolean;
}

const levels = { debug: 0, info: 1, warn: 2, error: 3 } as const;

const colours = {
  api: 'cyan',
  lambda: 'green',
  queue: 'yellow',
  bus: 'magenta',
  workflow: 'blue',
  stream: 'gray',
  schedule: 'gray',
  cloud: 'white',
} as const;

const clockTime = (at: Date): string => at.toISOString().slice(11, 23);

/** An error in the form that functions log, in one line; its stack is in the function's own output. */
const errorText = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined;
  const cause = 'cause' in value ? errorText(value.cause) : undefined;
  const name = 'name' in value ? `${String(value.name)}: ` : '';
  return `${name}${String(value.message)}${cause === undefined ? '' : ` (because ${cause})`}`;
};

const detailText = (value: unknown): string =>
  typeof value === 'string' ? value : (errorText(value) ?? JSON.stringify(value));

const shownDetail = (detail: LogEntry['detail']): string => {
  if (detail === undefined) return '';
  const fields = Object.entries(detail).filter(([, value]) => value !== undefined);
  return fields.map(([name, value]) => ` ${name}=${detailText(value)}`).join('');
};

/** One line for a person: `12:00:00.000 lambda   orders     message key=value [trace]`. */
export const formatEntry = (entry: LogEntry, at: Date, colour: boolean): string => {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const message = `${entry.message}${shownDetail(entry.detail)}`;
  const loud = entry.level === 'error' ? 'red' : entry.level === 'warn' ? 'yellow' : undefined;
  const parts = [
    paint('gray', clockTime(at)),
    paint(colours[entry.source], entry.source.padEnd(8)),
    paint('bold', (entry.domain ?? '').padEnd(10)),
    loud === undefined ? message : paint(loud, message),
  ];
  if (entry.traceId !== undefined) parts.push(paint('gray', `[${entry.traceId}]`));
  return parts.join(' ');
};

/** A log that prints nothing, for the bench and for tests. */
export const quietLog: LiveLog = { write: () => undefined, shows: () => false };

/** The live log, one line per entry to `print`. */
export const createLog = (options: {
  readonly print: (line: string) => void;
  readonly now: () => number;
  readonly filter?: LogFilter | undefined;
  readonly colour?: boolean | undefined;
}): LiveLog => {
  const { trace, domain, level = 'info', hushed } = options.filter ?? {};
  const least = levels[level];
  const shows = (of: LogEntry['level'], from?: string): boolean =>
    levels[of] >= least && (domain === undefined || from === undefined || from === domain);
  return {
    shows,
    write(entry) {
      if (!shows(entry.level, entry.domain)) return;
      // What the local cloud says of itself (a build that failed, a stack that changed) concerns every domain and trace.
      const ofItself = entry.source === 'cloud' && entry.domain === undefined && entry.traceId === undefined;
      if (domain !== undefined && entry.domain !== domain && !ofItself) return;
      if (trace !== undefined && entry.traceId?.startsWith(trace) !== true && !ofItself) return;
      if (hushed?.() === true && !ofItself && levels[entry.level] < levels.warn) return;
      options.print(formatEntry(entry, new Date(options.now()), options.colour ?? false));
    },
  };
};

/** The domain of a derived name: `cartwright-<stage>-<domain>-<name>`; other names have none. */
export const domainOf = (name: string): string | undefined => name.match(/^cartwright-[^-]+-([^-]+)(?:-|$)/)?.[1];
