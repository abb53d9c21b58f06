import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createBreaker, ownCircuits } from '../../lib/runtime/breaker.ts';
import { defineCall } from '../../lib/runtime/call.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import type { InvokeAnswer } from '../../lib/runtime/clients/lambda.ts';

const Ask = defineCall('pricing', 'ask', z.object({}), z.object({ price: z.number() }));
const GOOD: InvokeAnswer = { payload: '{"price":1}', functionError: undefined };
const thrown = (errorType: string): InvokeAnswer => ({
  payload: JSON.stringify({ errorType, errorMessage: 'it failed' }),
  functionError: 'Unhandled',
});

/** A callee that answers as told, and how often it was called. */
const calling = (answer: () => InvokeAnswer, retries = 0) => {
  let calls = 0;
  const breaker = createBreaker({ circuits: ownCircuits(), now: () => 0, newProbe: () => 'p', tell: () => undefined });
  const invoke = async () => {
    calls += 1;
    return answer();
  };
  const ask = callFunction({ invoke }, 'arn', Ask, { breaker, retries });
  return { ask: () => ask({ traceId: 'trace' }, {}), calls: () => calls };
};
const times = async (count: number, ask: () => Promise<unknown>): Promise<unknown> => {
  let last: unknown;
  for (let calls = 0; calls < count; calls += 1) last = await ask().catch((error: unknown) => error);
  return last;
};

describe('a call of another domain', () => {
  it.each([
    ['times out', () => thrown('Sandbox.Timedout')],
    ['dies', () => thrown('Runtime.ExitError')],
    ['cannot serve', () => thrown('temporarily_unavailable')],
    [
      'is throttled',
      () => {
        throw new AwsServiceError('TooManyRequestsException', 'slow down', 429, {});
      },
    ],
    [
      'gives no answer',
      () => {
        throw new Error('no answer in 3000 ms');
      },
    ],
  ])('is not made any more when the callee %s', async (_, answer) => {
    const { ask, calls } = calling(answer);
    expect(await times(20, ask)).toMatchObject({ status: 503, retryAfter: 5 });
    expect(calls()).toBe(5);
  });

  it.each([
    ['throws over this input', () => thrown('TypeError'), 'temporarily_unavailable'],
    ['answers what it should not', () => ({ ...GOOD, payload: '{"price":"free"}' }), 'temporarily_unavailable'],
    [
      'is not deployed',
      () => {
        throw new AwsServiceError('ResourceNotFoundException', 'no such function', 404, {});
      },
      'dependency_missing',
    ],
  ])('goes on being made when the callee %s', async (_, answer, code) => {
    const { ask, calls } = calling(answer);
    expect(await times(20, ask)).toMatchObject({ status: 503, code });
    expect(calls()).toBe(20);
  });

  it('is repeated where that is safe', async () => {
    let first = true;
    const { ask } = calling(() => {
      if (!first) return GOOD;
      first = false;
      throw new Error('the connection broke');
    }, 1);
    expect(await ask()).toEqual({ price: 1 });
  });

  it('is repeated for a tenth of the calls only, but for the first ten', async () => {
    const { ask, calls } = calling(() => thrown('TypeError'), 1);
    await times(200, ask);
    expect(calls()).toBe(200 + 10 + 19);
  });
});
