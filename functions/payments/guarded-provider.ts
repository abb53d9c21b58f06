import type { Breaker } from '../../lib/runtime/breaker.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { PaymentProviderName } from './calls.ts';
import type { PaymentProvider } from './provider.ts';

/** As long as a provider's operation takes at most. */
const TIMEOUT_MS = 5000;

/** To the breaker, no answer is a failure; to everybody else it is the answer `unknown`. */
class NoAnswer extends Error {}

/** An error of ours (a table, a session, a setting) says nothing about the provider. */
const isFailure = (error: unknown): boolean => !(error instanceof AppError);

/**
 * A provider behind the breaker. The circuit is the tenant's own: each has an account of its own there, and one whose key was
 * revoked is no reason to leave the others alone.
 * @throws temporarily_unavailable (503, `Retry-After`) without asking, while the circuit is open
 */
export const guardedProvider = (
  breaker: Breaker,
  tenant: TenantId,
  name: PaymentProviderName,
  provider: PaymentProvider,
): PaymentProvider => {
  const call = { dependency: `payment provider ${name}`, tenant, timeoutMs: TIMEOUT_MS, isFailure };
  const guarded = async <Answer extends { readonly status: string }>(ask: () => Promise<Answer>): Promise<Answer> => {
    let unknown: Answer | undefined;
    try {
      return await breaker(call, async () => {
        const answer = await ask();
        if (answer.status !== 'unknown') return answer;
        unknown = answer;
        throw new NoAnswer(`${call.dependency} did not answer`);
      });
    } catch (error) {
      if (error instanceof NoAnswer && unknown !== undefined) return unknown;
      throw error;
    }
  };
  return {
    authorize: (intent, remember) => guarded(() => provider.authorize(intent, remember)),
    inquire: (intent) => guarded(() => provider.inquire(intent)),
    // What was never remembered holds nothing, so there is no need to wait for a provider that does not answer.
    void: (intent) => (intent.reference === null ? provider.void(intent) : guarded(() => provider.void(intent))),
    capture: (intent) => guarded(() => provider.capture(intent)),
    refund: (intent) => guarded(() => provider.refund(intent)),
  };
};
