import middy from '@middy/core';
import type { Context } from 'aws-lambda';

/**
 * The one place that builds on middy: every way in (`api`, `step`, `consume`, `publish`, `schedule`) is a handler made
 * here. Lambda's own time-out ends a handler; middy's early one would cost a timer per invocation.
 */
export const lambdaHandler = <Event, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
): ((event: Event, context: Context) => Promise<Result>) => {
  const handler = middy<Event, Result>({ timeoutEarlyInMillis: 0 }).handler((event, context) => handle(event, context));
  return async (event, context) => handler(event, context);
};
