import type { Stripe } from 'stripe';
import * as z from 'zod';

/** What Stripe said of an intent. */
export const StripeIntent = z.object({
  id: z.string(),
  status: z.string(),
  amount: z.number().int(),
  currency: z.string(),
});
export type StripeIntent = z.output<typeof StripeIntent>;

/** Stripe's answer to one request; `no_answer` also when it is Stripe's own trouble. */
export type StripeAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | {
      readonly kind: 'refused';
      readonly reason: 'card' | 'key' | 'request';
      readonly code: string;
      readonly detail: string;
    }
  | { readonly kind: 'no_answer' };

/**
 * The requests of Stripe's API that are used here. Tries with the same key are one. Capture and cancel have none: the intent's
 * state lets each happen once, and a key would keep its first failure for a day.
 */
export interface StripeApi {
  create(
    intent: { readonly paymentId: string; readonly amount: number; readonly currency: string; readonly method: string },
    idempotencyKey: string,
  ): Promise<StripeAnswer<StripeIntent>>;
  confirm(reference: string, idempotencyKey: string): Promise<StripeAnswer<StripeIntent>>;
  retrieve(reference: string): Promise<StripeAnswer<StripeIntent>>;
  capture(reference: string): Promise<StripeAnswer<StripeIntent>>;
  cancel(reference: string): Promise<StripeAnswer<StripeIntent>>;
  refund(reference: string, idempotencyKey: string): Promise<StripeAnswer<{ readonly status: string | null }>>;
}

/** An account at Stripe, as it is kept in Secrets Manager. */
export const StripeAccount = z.object({
  secretKey: z.string(),
  /** Another address than Stripe's own, on a local cloud only. */
  baseUrl: z.url().nullable().default(null),
});
export type StripeAccount = z.output<typeof StripeAccount>;

/**
 * Two requests of a checkout's step must fit into its 3 seconds. What takes longer is `unknown`, and asked for later by
 * the intent's id.
 */
const CREATE_MS = 1000;
const CONFIRM_MS = 1600;
const OTHER_MS = 4000;

const Refusal = z.object({
  type: z.string(),
  statusCode: z.number().optional(),
  code: z.string().optional(),
  decline_code: z.string().optional(),
  message: z.string().default(''),
});

const REASONS: Readonly<Record<string, 'card' | 'key' | 'request'>> = {
  StripeCardError: 'card',
  StripeAuthenticationError: 'key',
  StripePermissionError: 'key',
  StripeInvalidRequestError: 'request',
  StripeIdempotencyError: 'request',
};

/** @throws what is no answer and no failure of Stripe */
const answerOf = async <Value>(request: Promise<Value>): Promise<StripeAnswer<Value>> => {
  try {
    return { kind: 'ok', value: await request };
  } catch (error) {
    const refusal = Refusal.safeParse(error);
    if (!refusal.success) throw error;
    const { type, statusCode = 0, code, decline_code: declined, message } = refusal.data;
    const reason = REASONS[type];
    // The same key at the same time is no refusal of the payment: the other request is still at work.
    if (reason === undefined || statusCode === 409) return { kind: 'no_answer' };
    return { kind: 'refused', reason, code: declined ?? code ?? type, detail: message };
  }
};

const intentOf = (request: Promise<Stripe.PaymentIntent>): Promise<StripeAnswer<StripeIntent>> =>
  answerOf(request.then((intent) => StripeIntent.parse(intent)));

/** Where the SDK sends its requests. */
const hostOf = (baseUrl: string | null) => {
  if (baseUrl === null) return {};
  const { protocol, hostname, port } = new URL(baseUrl);
  return { protocol: protocol === 'https:' ? ('https' as const) : ('http' as const), host: hostname, port };
};

/** Stripe by its own SDK, which is loaded when a tenant first uses it: 250 kB that the others need not read. */
export const stripeApi = ({ secretKey, baseUrl }: StripeAccount): StripeApi => {
  let opening: Promise<Stripe> | undefined;
  const open = (): Promise<Stripe> =>
    (opening ??= import('stripe').then(
      (sdk) => new sdk.Stripe(secretKey, { ...hostOf(baseUrl), maxNetworkRetries: 0, telemetry: false }),
    ));
  return {
    create: async ({ paymentId, amount, currency, method }, idempotencyKey) => {
      const { paymentIntents } = await open();
      return intentOf(
        paymentIntents.create(
          {
            amount,
            currency: currency.toLowerCase(),
            payment_method: method,
            automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
            capture_method: 'manual',
            metadata: { paymentId },
          },
          { idempotencyKey, timeout: CREATE_MS },
        ),
      );
    },
    confirm: async (reference, idempotencyKey) => {
      const { paymentIntents } = await open();
      return intentOf(paymentIntents.confirm(reference, {}, { idempotencyKey, timeout: CONFIRM_MS }));
    },
    retrieve: async (reference) => {
      const { paymentIntents } = await open();
      return intentOf(paymentIntents.retrieve(reference, {}, { timeout: OTHER_MS }));
    },
    capture: async (reference) => {
      const { paymentIntents } = await open();
      return intentOf(paymentIntents.capture(reference, {}, { timeout: OTHER_MS }));
    },
    cancel: async (reference) => {
      const { paymentIntents } = await open();
      return intentOf(paymentIntents.cancel(reference, {}, { timeout: OTHER_MS }));
    },
    refund: async (reference, idempotencyKey) => {
      const { refunds } = await open();
      return answerOf(refunds.create({ payment_intent: reference }, { idempotencyKey, timeout: OTHER_MS }));
    },
  };
};
