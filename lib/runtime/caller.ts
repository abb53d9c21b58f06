import * as z from 'zod';
import type { Breaker } from './breaker.ts';
import type { Callable, CallContract } from './call.ts';
import { AwsServiceError } from './clients/aws-client.ts';
import type { Lambda } from './clients/lambda.ts';
import { AppError, dependencyMissing, temporarilyUnavailable } from './errors.ts';
import { createRetryBudget } from './retry-budget.ts';

const FunctionError = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });

/** The function ended with an error; what it threw itself says that it runs. */
class CallFailed extends Error {
  readonly errorType: string;
  constructor(what: string, { errorType = 'unknown', errorMessage = '' }: z.output<typeof FunctionError>) {
    super(`${what} failed: ${errorType}: ${errorMessage}`);
    this.errorType = errorType;
  }
}

/** Lambda's own names for an environment that died, timed out or did not come up; and a callee that cannot serve anyone. */
const NOT_SERVING = /^(Runtime\.|Sandbox\.|Function\.|Extension\.|unknown$|temporarily_unavailable$)/;

/**
 * Does this say that the callee is not well? No answer, Lambda's own trouble or its limits do. A refusal by name (no such
 * function, no right) and an error that the callee threw over this one input are answers.
 */
const isFailure = (error: unknown): boolean => {
  if (error instanceof CallFailed) return NOT_SERVING.test(error.errorType);
  if (error instanceof AwsServiceError) return error.status >= 500 || error.status === 429;
  return !(error instanceof z.ZodError);
};

/**
 * Binds a call to a function of another domain: `const quote = callFunction(lambda, QUOTE_FUNCTION, Quote, { breaker })`.
 * The answer is parsed. One try: whether a second is safe is the caller's to say (`retries`), and their number is bounded
 * by a share of the calls.
 *
 * @throws dependency_missing (503) when the function is not deployed, temporarily_unavailable (503) when it fails or
 * its circuit is open
 */
export const callFunction = <Input extends z.ZodType, Output extends z.ZodType>(
  client: Lambda,
  functionArn: string,
  contract: CallContract<Input, Output>,
  options: { readonly breaker: Breaker; readonly retries?: number },
): Callable<CallContract<Input, Output>> => {
  const { breaker, retries = 0 } = options;
  const what = `${contract.domain}.${contract.name}`;
  const guarded = { dependency: what, timeoutMs: contract.timeoutMs, isFailure };
  const budget = createRetryBudget();
  const once = async (payload: string): Promise<unknown> => {
    const answer = await client.invoke(functionArn, payload, contract.timeoutMs);
    const body: unknown = JSON.parse(answer.payload || 'null');
    if (answer.functionError === undefined) return body;
    throw new CallFailed(what, FunctionError.catch({}).parse(body));
  };
  return async (context, input) => {
    const payload = JSON.stringify({ tenant: context.tenant, traceId: context.traceId, input });
    budget.earn();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await breaker(guarded, async () => contract.output.parse(await once(payload)));
      } catch (error) {
        // The circuit is open.
        if (error instanceof AppError) throw error;
        if (error instanceof AwsServiceError && error.name === 'ResourceNotFoundException') {
          throw dependencyMissing(`${what} is not deployed in this stage.`, { retryAfter: 30, cause: error });
        }
        if (attempt < retries && budget.spend()) continue;
        throw temporarilyUnavailable(`${what} did not answer. Try again in a moment.`, { retryAfter: 1, cause: error });
      }
    }
  };
};
