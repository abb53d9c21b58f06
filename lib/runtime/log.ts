import { lambdaEnv } from './env.ts';

/** The fields that tie the lines of one request together over every hop. Ids only: no personal data, no secrets. */
export interface Trace {
  /** Root of the trace, made at the first hop and passed on in headers, envelopes and inputs. */
  readonly traceId: string;
  readonly tenant?: string | undefined;
  readonly requestId?: string | undefined;
}

const LEVELS = { debug: 0, info: 1, warn: 2, error: 3 } as const;
type Level = keyof typeof LEVELS;

export interface Logger {
  (level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What is worth keeping of an unknown error: name, message, stack and the chain of causes. */
export const describeError = (error: unknown): Record<string, unknown> =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        stack: error.stack?.split('\n').slice(1, 6).join('\n'),
        ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
      }
    : { message: String(error) };

let settings: { threshold: number; fn: string } | undefined;
const readSettings = () => {
  const env = lambdaEnv();
  return { threshold: LEVELS[env.CARTWRIGHT_LOG_LEVEL], fn: env.AWS_LAMBDA_FUNCTION_NAME };
};

/**
 * A logger bound to one request: one JSON object a line, as CloudWatch Logs Insights reads it. A value, not a module
 * state, because one environment may serve several requests at once. Written past `console`, to which Lambda adds time, request
 * id and level (as text) or a second JSON around this one: 70 to 110 bytes a line, which are billed.
 */
export const loggerFor = (trace: Trace): Logger => {
  settings ??= readSettings();
  const { threshold, fn } = settings;
  return (level, message, fields) => {
    if (LEVELS[level] < threshold) return;
    process.stdout.write(`${JSON.stringify({ level, message, fn, ...trace, ...fields })}\n`);
  };
};
