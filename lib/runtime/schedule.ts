import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { newTraceId } from './trace.ts';

/** The way in of scheduled work. It runs at least once per due time, so it must be safe to run twice. */
export const schedule = (
  name: string,
  work: (context: { readonly traceId: string }) => Promise<Readonly<Record<string, unknown>>>,
) =>
  lambdaHandler(async (): Promise<void> => {
    const traceId = newTraceId();
    const log = loggerFor({ traceId });
    const started = performance.now();
    try {
      const outcome = await work({ traceId });
      log('info', name, { ...outcome, ms: Math.round(performance.now() - started) });
    } catch (error) {
      log('error', `${name} failed`, { error: describeError(error) });
      throw error;
    }
  });
