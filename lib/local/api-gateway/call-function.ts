import type { Clock } from '../clock.ts';
import type { InvokeResult, Lambda, Principal } from '../contracts.ts';

/** The gateway waits no longer; the function goes on unobserved. */
export class CallTimedOut extends Error {
  constructor(functionArn: string, milliseconds: number) {
    super(`${functionArn} did not answer within ${milliseconds} ms`);
    this.name = 'CallTimedOut';
  }
}

/** Invokes a function and waits for at most `milliseconds`. Rejects with CallTimedOut, or what Lambda rejects with. */
export const callFunction = (
  deps: { readonly lambda: Lambda; readonly clock: Clock },
  request: {
    readonly functionArn: string;
    readonly payload: string;
    readonly principal: Principal;
    readonly traceId: string;
  },
  milliseconds: number,
): Promise<InvokeResult> =>
  new Promise<InvokeResult>((resolve, reject) => {
    const stopTimer = deps.clock.after(milliseconds, () => reject(new CallTimedOut(request.functionArn, milliseconds)));
    deps.lambda
      .invoke({ ...request, type: 'RequestResponse' })
      .then(resolve, reject)
      .finally(stopTimer);
  });
