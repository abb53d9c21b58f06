import type { Clock } from '../clock.ts';
import type { Account, InvokeResult, Lambda, Principal } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { AuthorizerDefinition } from './api-body.ts';
import { callFunction } from './call-function.ts';
import { headerOf, methodArn, type AuthorizerContext, type Exchange } from './exchange.ts';
import { compileInvocationPolicy, type Decision } from './invocation-policy.ts';
import { authorizerEvent } from './proxy-event.ts';

/** How a request fares with its authorizer. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly context: AuthorizerContext }
  | { readonly kind: 'denied'; readonly context: AuthorizerContext; readonly explicit: boolean }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failed'; readonly problem: string };

interface Answer {
  readonly context: AuthorizerContext;
  readonly decide: (methodArn: string) => Decision;
}

interface Kept {
  readonly answer: Answer;
  readonly until: number;
}

/** Authorizers have the same time as integrations. */
const timeoutMs = 29_000;

/** Kept answers are looked through for old ones when there are this many. */
const manyKept = 10_000;

const contextOf = (value: unknown): Readonly<Record<string, string>> => {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new Error('its context is not an object');
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      if (typeof field !== 'string' && typeof field !== 'number' && typeof field !== 'boolean') {
        throw new Error(`its context has a ${name} that is neither text, number nor boolean`);
      }
      return [name, String(field)];
    }),
  );
};

const readAnswer = (payload: string): Answer => {
  const answer = parseJson(payload);
  if (!isObject(answer)) throw new Error('its answer is not an object');
  const { principalId, usageIdentifierKey } = answer;
  if (typeof principalId !== 'string') throw new Error('its answer has no principalId');
  return {
    context: {
      principalId,
      values: contextOf(answer['context']),
      usageIdentifierKey: typeof usageIdentifierKey === 'string' ? usageIdentifierKey : undefined,
    },
    decide: compileInvocationPolicy(answer['policyDocument']),
  };
};

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Lambda authorizers with their cache. */
export const createAuthorizers = (deps: {
  readonly account: Account;
  readonly lambda: Lambda;
  readonly clock: Clock;
  /** Who invokes: the role of the authorizer's credentials, or API Gateway itself. */
  readonly principal: (roleArn: string | undefined, sourceArn: string) => Principal;
}) => {
  const { account, clock } = deps;
  const kept = new Map<string, Kept>();

  const keep = (key: string, answer: Answer, ttlSeconds: number): void => {
    const now = clock.now();
    if (kept.size >= manyKept) {
      for (const [old, { until }] of kept) if (until <= now) kept.delete(old);
      if (kept.size >= manyKept) kept.clear();
    }
    kept.set(key, { answer, until: now + ttlSeconds * 1000 });
  };

  const judge = (exchange: Exchange, answer: Answer): Verdict => {
    const { context } = answer;
    const decision = answer.decide(methodArn(exchange, account));
    return decision === 'allow'
      ? { kind: 'allowed', context }
      : { kind: 'denied', context, explicit: decision === 'deny' };
  };

  const ask = async (exchange: Exchange, authorizer: AuthorizerDefinition): Promise<Answer | Verdict> => {
    let result: InvokeResult;
    const request = {
      functionArn: authorizer.functionArn,
      payload: authorizerEvent(exchange, account),
      principal: deps.principal(authorizer.roleArn, methodArn(exchange, account)),
      traceId: exchange.traceId,
    };
    try {
      result = await callFunction(deps, request, timeoutMs);
    } catch (error) {
      return { kind: 'failed', problem: problemOf(error) };
    }
    try {
      if (result.functionError === undefined) return readAnswer(result.payload);
      const failure = parseJson(result.payload);
      const message = isObject(failure) ? failure['errorMessage'] : undefined;
      return message === 'Unauthorized' ? { kind: 'unauthorized' } : { kind: 'failed', problem: String(message) };
    } catch (error) {
      return { kind: 'failed', problem: problemOf(error) };
    }
  };

  /** Asks the authorizer of a route, or what is kept of its last answer for the same credential. */
  return async (exchange: Exchange, authorizer: AuthorizerDefinition): Promise<Verdict> => {
    const sources: string[] = [];
    for (const name of authorizer.identityHeaders) {
      const value = headerOf(exchange.rawHeaders, name);
      if (value === undefined || value === '') return { kind: 'unauthorized' };
      sources.push(value);
    }
    const key = [exchange.api?.id, authorizer.name, ...sources].join('\n');
    const known = kept.get(key);
    if (known !== undefined && known.until > clock.now()) return judge(exchange, known.answer);
    const answer = await ask(exchange, authorizer);
    if ('kind' in answer) return answer;
    if (authorizer.ttlSeconds > 0) keep(key, answer, authorizer.ttlSeconds);
    return judge(exchange, answer);
  };
};

export type Authorize = ReturnType<typeof createAuthorizers>;
