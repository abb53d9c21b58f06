import * as z from 'zod';
import { type Breaker, passThroughBreaker } from './breaker.ts';
import type { Callable, CallContract } from './call.ts';
import { AwsServiceError } from './clients/aws-client.ts';
import type { Lambda } from './clients/lambda.ts';
import { dependencyMissing, temporarilyUnavailable } from './errors.ts';

const FunctionError = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });

/**
 * Binds a call to a function of another domain: `const quote = callFunction(lambda, QUOTE_FUNCTION, Quote)`.
 * The answer is parsed. One try: whether a second is safe is the caller's to say (`retries`).
 *
 * @throws dependency_missing (503) when the function is not deployed, temporarily_unavailable (503) when it fails
 */
export const callFunction = <Input extends z.ZodType, Output extends z.ZodType>(
  client: Lambda,
  functionArn: string,
  contract: CallContract<Input, Output>,
  options: { readonly retries?: number; readonly breaker?: Breaker } = {},
): Callable<CallContract<Input, Output>> => {
  const breaker = options.breaker ?? passThroughBreaker;
  const what = `${contract.domain}.${contract.name}`;
  const once = async (payload: string): Promise<unknown> => {
    const answer = await client.invoke(functionArn, payload, contract.timeoutMs);
    const body: unknown = JSON.parse(answer.payload || 'null');
    if (answer.functionError === undefined) return body;
    const error = FunctionError.safeParse(body);
    throw new Error(
      `${what} failed: ${error.success ? `${error.data.errorType}: ${error.data.errorMessage}` : 'unknown error'}`,
    );
  };
  return (context, input) =>
    breaker(what, async () => {
      const payload = JSON.stringify({ tenant: context.tenant, traceId: context.traceId, input });
      for (let attempt = 0; ; attempt += 1) {
        try {
          return contract.output.parse(await once(payload));
        } catch (error) {
          if (error instanceof AwsServiceError && error.name === 'ResourceNotFoundException') {
            throw dependencyMissing(`${what} is not deployed in this stage.`, { retryAfter: 30, cause: error });
          }
          if (attempt < (options.retries ?? 0)) continue;
          throw temporarilyUnavailable(`${what} did not answer. Try again in a moment.`, {
            retryAfter: 1,
            cause: error,
          });
        }
      }
    });
};
