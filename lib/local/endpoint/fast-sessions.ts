import { AwsError } from '../aws-error.ts';
import type { Access } from '../dynamodb/access.ts';
import { createAuthorizer } from '../iam/authorizer.ts';
import type { GrantObserver, MarkMemory } from '../iam/grant-record.ts';
import type { SessionSnapshot } from '../iam/iam.ts';
import { WHOSE } from './fast-messages.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

type Authorize = (access: Access) => void;

/** The main thread's answer: a session as it knows it, or the refusal of its access key. */
export type SessionAnswer = { readonly authorize: Authorize } | { readonly refusal: WireAnswer };

/** Sessions of which a worker keeps the compiled policies. */
const MAX_KEPT = 2000;

/** The main thread made it of a `SessionSnapshot`, which survives JSON. */
const parseSnapshot = (body: string): SessionSnapshot => JSON.parse(body);

/**
 * The sessions that a function has opened, by their access keys: the main thread is asked once for each. A session's
 * policies are compiled once.
 */
export const createFastSessions = (options: {
  readonly call: (request: WireRequest) => Promise<WireAnswer>;
  readonly mark: MarkMemory;
  readonly observerOf: (role: string) => GrantObserver;
  readonly now: () => number;
}): ((accessKeyId: string) => SessionAnswer | Promise<SessionAnswer>) => {
  const { now } = options;
  const kept = new Map<string, { readonly authorize: Authorize }>();

  const ask = async (accessKeyId: string): Promise<SessionAnswer> => {
    const answer = await options.call({ method: WHOSE, url: accessKeyId, headers: {}, body: '' });
    if (answer.status !== 200) return { refusal: answer };
    const { expiresAt, ...snapshot } = parseSnapshot(answer.body);
    const authorizer = createAuthorizer(
      { ...snapshot, mark: options.mark },
      options.observerOf(snapshot.principal.arn),
    );
    const session = {
      authorize: (access: Access) => {
        if (expiresAt <= now())
          throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired', 400);
        authorizer(access);
      },
    };
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(accessKeyId, session);
    return session;
  };

  return (accessKeyId) => kept.get(accessKeyId) ?? ask(accessKeyId);
};
