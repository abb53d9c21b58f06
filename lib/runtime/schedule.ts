import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { malformed } from './malformed-event.ts';
import { newTraceId } from './trace.ts';

/** `{}` is a run by hand. */
const requireSchedule = (name: string, event: unknown): void => {
  const keys =
    typeof event === 'object' && event !== null && !Array.isArray(event) ? Object.keys(event) : ['no object'];
  if (keys.length === 0 || Reflect.get(Object(event), 'source') === 'aws.scheduler') return;
  throw malformed(`"${name}" takes an event of EventBridge Scheduler, or {} by hand`, [
    'its source is not aws.scheduler',
  ]);
};

/** The way in of scheduled work. It runs at least once per due time, so it must be safe to run twice. */
export const schedule = (
  name: string,
  work: (context: { readonly traceId: string }) => Promise<Readonly<Record<string, unknown>>>,
) =>
  lambdaHandler(async (event: unknown): Promise<void> => {
    requireSchedule(name, event);
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
