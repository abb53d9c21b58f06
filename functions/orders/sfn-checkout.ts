import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import type { StepFunctions } from '../../lib/runtime/clients/sfn.ts';
import { dependencyMissing } from '../../lib/runtime/errors.ts';
import { runSync } from '../../lib/runtime/saga-client.ts';
import { CheckoutOutput, type RunCheckout } from './checkout.ts';

/** Then the client hears that the checkout is pending. */
export const VERDICT_WITHIN_MS = 20_000;

/** Runs the checkout as an Express workflow. Whatever keeps its verdict from arriving is `unknown`, never a refusal. */
export const sfnCheckout =
  (client: StepFunctions, stateMachineArn: string): RunCheckout =>
  async ({ tenant, traceId }, input) => {
    try {
      const run = await runSync(client, stateMachineArn, { tenant, traceId, input }, VERDICT_WITHIN_MS);
      if (run.status === 'succeeded') return CheckoutOutput.parse(run.output);
      return { status: 'unknown', cause: new Error(`The workflow ended as ${run.status}: ${run.error}`) };
    } catch (cause) {
      if (cause instanceof AwsServiceError && cause.name === 'StateMachineDoesNotExist') {
        throw dependencyMissing('The checkout is not deployed in this stage.', { retryAfter: 30, cause });
      }
      return { status: 'unknown', cause };
    }
  };
