import { isDeepStrictEqual } from 'node:util';

/** What Stripe answers: a status and its JSON. `lost`: it did what was asked, or not, but the answer never arrives. */
export type FakeAnswer = { readonly status: number; readonly body: unknown } | 'lost';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly account: string;
  readonly idempotencyKey: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

interface FakeIntent {
  readonly id: string;
  readonly account: string;
  status:
    | 'requires_confirmation'
    | 'requires_payment_method'
    | 'requires_action'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled';
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly metadata: Record<string, string>;
  refunded: number;
}

/** The cards of this fake: Stripe's own test cards, and two whose confirmation gets no answer. */
export const FAKE_CARDS = {
  approved: 'pm_card_visa',
  declined: 'pm_card_visa_chargeDeclined',
  withoutMoney: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  authentication: 'pm_card_authenticationRequired',
  captureFails: 'pm_fake_captureFails',
  lostHeld: 'pm_fake_lostHeld',
  lostNotHeld: 'pm_fake_lostNotHeld',
} as const;
const CARDS: ReadonlySet<string> = new Set(Object.values(FAKE_CARDS));

/** A key that Stripe takes no more ends so. */
export const REVOKED = 'revoked';
const DAY_MS = 24 * 3600 * 1000;

const ok = (body: unknown): FakeAnswer => ({ status: 200, body });
const refusal = (status: number, type: string, code: string, message: string, more: object = {}): FakeAnswer => ({
  status,
  body: { error: { type, code, message, ...more } },
});
const cardError = (declineCode: string): FakeAnswer =>
  refusal(402, 'card_error', 'card_declined', 'Your card was declined.', { decline_code: declineCode });
const unexpected = ({ id, status }: FakeIntent): FakeAnswer =>
  refusal(400, 'invalid_request_error', 'payment_intent_unexpected_state', `The intent ${id} is ${status}.`);
const missing = (what: string): FakeAnswer =>
  refusal(404, 'invalid_request_error', 'resource_missing', `No such object: '${what}'`);

const shown = ({ account: _, method, refunded: __, ...intent }: FakeIntent): object => ({
  object: 'payment_intent',
  ...intent,
  payment_method: method,
});

/** Stripe's books as far as this project uses them: each account (key) has its own. `now` in milliseconds. */
export const fakeBooks = (now: () => number) => {
  const intents = new Map<string, FakeIntent>();
  const kept = new Map<string, { readonly request: FakeRequest; readonly answer: FakeAnswer; readonly at: number }>();
  let made = 0;

  const create = ({ account, fields }: FakeRequest): FakeAnswer => {
    const { amount = '', currency = '', payment_method: method = '', capture_method: capture } = fields;
    if (!/^[1-9]\d*$/.test(amount) || !/^[a-z]{3}$/.test(currency) || capture !== 'manual') {
      return refusal(400, 'invalid_request_error', 'parameter_invalid', 'amount, currency or capture_method is wrong');
    }
    if (!CARDS.has(method)) return missing(method);
    made += 1;
    const metadata = Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) => {
        const [, key] = /^metadata\[(.+)\]$/.exec(name) ?? [];
        return key === undefined ? [] : [[key, value]];
      }),
    );
    const intent: FakeIntent = {
      id: `pi_fake${made}`,
      account,
      status: 'requires_confirmation',
      amount: Number(amount),
      currency,
      method,
      metadata,
      refunded: 0,
    };
    intents.set(intent.id, intent);
    return ok(shown(intent));
  };

  const confirm = (intent: FakeIntent): FakeAnswer => {
    if (intent.status !== 'requires_confirmation') return unexpected(intent);
    switch (intent.method) {
      case FAKE_CARDS.declined:
      case FAKE_CARDS.withoutMoney:
        intent.status = 'requires_payment_method';
        return cardError(intent.method === FAKE_CARDS.declined ? 'generic_decline' : 'insufficient_funds');
      case FAKE_CARDS.authentication:
        intent.status = 'requires_action';
        return ok(shown(intent));
      case FAKE_CARDS.lostNotHeld:
        return 'lost';
      default:
        intent.status = 'requires_capture';
        return intent.method === FAKE_CARDS.lostHeld ? 'lost' : ok(shown(intent));
    }
  };

  const capture = (intent: FakeIntent): FakeAnswer => {
    if (intent.status !== 'requires_capture') return unexpected(intent);
    if (intent.method === FAKE_CARDS.captureFails) return cardError('generic_decline');
    intent.status = 'succeeded';
    return ok(shown(intent));
  };

  const cancel = (intent: FakeIntent): FakeAnswer => {
    if (intent.status === 'succeeded' || intent.status === 'canceled') return unexpected(intent);
    intent.status = 'canceled';
    return ok(shown(intent));
  };

  const refund = (intent: FakeIntent): FakeAnswer => {
    if (intent.status !== 'succeeded') return unexpected(intent);
    if (intent.refunded > 0) {
      return refusal(400, 'invalid_request_error', 'charge_already_refunded', 'It was refunded already.');
    }
    intent.refunded = intent.amount;
    return ok({ object: 'refund', id: `re_${intent.id}`, status: 'succeeded', amount: intent.amount });
  };

  const ACTIONS: Readonly<Record<string, (intent: FakeIntent) => FakeAnswer>> = { confirm, capture, cancel };

  const perform = (request: FakeRequest): FakeAnswer => {
    const { method, path, account, fields } = request;
    const own = (id: string): FakeIntent | undefined => {
      const intent = intents.get(id);
      return intent?.account === account ? intent : undefined;
    };
    if (method === 'POST' && path === '/v1/payment_intents') return create(request);
    if (method === 'POST' && path === '/v1/refunds') {
      const intent = own(fields['payment_intent'] ?? '');
      return intent === undefined ? missing(fields['payment_intent'] ?? '') : refund(intent);
    }
    const [, id = '', action] = /^\/v1\/payment_intents\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
    const intent = own(id);
    if (intent === undefined) return missing(id);
    if (method === 'GET' && action === undefined) return ok(shown(intent));
    return ACTIONS[action ?? '']?.(intent) ?? missing(path);
  };

  return {
    /** The same key is the same request for 24 hours, whatever became of its answer; another request is refused. */
    handle: (request: FakeRequest): FakeAnswer => {
      const { account, idempotencyKey } = request;
      if (!account.startsWith('sk_test_') || account.endsWith(REVOKED)) {
        return refusal(401, 'invalid_request_error', 'api_key_expired', 'Expired API Key provided');
      }
      if (request.method !== 'POST' || idempotencyKey === undefined) return perform(request);
      const key = `${account} ${idempotencyKey}`;
      const known = kept.get(key);
      if (known !== undefined && now() - known.at < DAY_MS) {
        if (!isDeepStrictEqual(known.request, request)) {
          return refusal(400, 'idempotency_error', 'idempotency_key_in_use', 'The key was used for another request.');
        }
        return known.answer;
      }
      const answer = perform(request);
      kept.set(key, { request, answer, at: now() });
      return answer;
    },
    /** What is held on cards and neither taken nor let go, over all accounts. */
    held: (): number => [...intents.values()].filter(({ status }) => status === 'requires_capture').length,
    /** What was taken and not given back, in minor units. */
    taken: (): number =>
      [...intents.values()]
        .filter(({ status }) => status === 'succeeded')
        .reduce((sum, { amount, refunded }) => sum + amount - refunded, 0),
  };
};
