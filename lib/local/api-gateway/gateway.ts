import { createAdmission, REQUESTS_AT_ONCE } from './admission.ts';
import type { Clock } from '../clock.ts';
import type { Account, Lambda, Log, Principal } from '../contracts.ts';
import { AwsError } from '../aws-error.ts';
import type { Authorize } from './authorizers.ts';
import { CallTimedOut, callFunction } from './call-function.ts';
import { contextVariable, headerOf, methodArn, type Exchange } from './exchange.ts';
import { gatewayAnswer, type GatewayAnswer, type GatewayResponseType } from './gateway-response.ts';
import { readLambdaAnswer } from './lambda-answer.ts';
import { proxyEvent } from './proxy-event.ts';
import type { Route } from './routes.ts';
import { createTokenBucket } from './token-bucket.ts';
import type { UsagePlans } from './usage-plans.ts';

/** What goes back to the client. */
export interface GatewayReply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
}

/** A request ends here, with a gateway response. */
interface Refusal {
  readonly type: GatewayResponseType;
  readonly status?: number;
  readonly message?: string;
}

const planRefusals = {
  'unknown-key': 'INVALID_API_KEY',
  throttled: 'THROTTLED',
  'quota-exceeded': 'QUOTA_EXCEEDED',
} as const;

const isRefusal = (step: Refusal | undefined): step is Refusal => step !== undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The way of a request through a REST API: authorizer, API key, throttling, integration, gateway responses. */
export const createGateway = (deps: {
  readonly account: Account;
  readonly lambda: Lambda;
  readonly clock: Clock;
  readonly log: Log;
  readonly authorize: Authorize;
  readonly plans: UsagePlans;
  readonly principal: (roleArn: string | undefined, sourceArn: string) => Principal;
}) => {
  const { account, clock, log, plans } = deps;

  const refuse = (exchange: Exchange, refusal: Refusal): GatewayAnswer =>
    gatewayAnswer(
      exchange.api?.responses ?? new Map(),
      refusal,
      (name) => contextVariable(exchange, account.accountId, name),
      (name) => headerOf(exchange.rawHeaders, name),
    );

  const complain = (exchange: Exchange, message: string): void =>
    log.write({
      source: 'api',
      level: 'error',
      traceId: exchange.traceId,
      message: `${exchange.method} ${exchange.path}: ${message}`,
    });

  const noRoute = (exchange: Exchange): Refusal =>
    // Without a route there is no authorizer: AWS takes the header for a signature of its own, and finds it wrong.
    headerOf(exchange.rawHeaders, 'authorization') === undefined
      ? { type: 'MISSING_AUTHENTICATION_TOKEN' }
      : { type: 'INVALID_SIGNATURE' };

  const authorized = async (exchange: Exchange, route: Route): Promise<Refusal | undefined> => {
    if (route.authorizer === undefined) return undefined;
    const verdict = await deps.authorize(exchange, route.authorizer);
    if (verdict.kind === 'unauthorized') return { type: 'UNAUTHORIZED' };
    if (verdict.kind === 'failed') {
      complain(exchange, `the authorizer failed: ${verdict.problem}`);
      return { type: 'AUTHORIZER_CONFIGURATION_ERROR' };
    }
    exchange.authorizer = verdict.context;
    if (verdict.kind === 'allowed') return undefined;
    const message = 'User is not authorized to access this resource with an explicit deny';
    return verdict.explicit ? { type: 'ACCESS_DENIED', message } : { type: 'ACCESS_DENIED' };
  };

  const withinPlan = (exchange: Exchange, route: Route): Refusal | undefined => {
    if (!route.apiKeyRequired) return undefined;
    const { api } = route;
    const value =
      api.body.apiKeySource === 'HEADER'
        ? headerOf(exchange.rawHeaders, 'x-api-key')
        : exchange.authorizer?.usageIdentifierKey;
    if (value === undefined) return { type: 'INVALID_API_KEY' };
    const verdict = plans.take(value, api.id, api.stage?.name ?? '');
    if (verdict.kind !== 'allowed') return { type: planRefusals[verdict.kind] };
    exchange.apiKey = { id: verdict.key.id, value };
    return undefined;
  };

  const withinStage = (exchange: Exchange, route: Route): Refusal | undefined => {
    const { stage } = route.api;
    if (stage?.throttle === undefined) return undefined;
    const id = `${route.method} ${route.path}`;
    const bucket =
      stage.buckets.get(id) ?? createTokenBucket(stage.throttle.rate, stage.throttle.burst, exchange.startedAt);
    stage.buckets.set(id, bucket);
    return bucket.take(clock.now()) ? undefined : { type: 'THROTTLED' };
  };

  const integrate = async (exchange: Exchange, route: Route): Promise<GatewayReply | Refusal> => {
    const { integration } = route;
    if (integration.kind === 'mock') return integration;
    try {
      const result = await callFunction(
        deps,
        {
          functionArn: integration.functionArn,
          payload: proxyEvent(exchange, account),
          principal: deps.principal(integration.roleArn, methodArn(exchange, account)),
          traceId: exchange.traceId,
        },
        integration.timeoutMs,
      );
      if (result.functionError !== undefined) return { type: 'DEFAULT_5XX', status: 502 };
      const answer = readLambdaAnswer(result.payload, exchange);
      if (!('problem' in answer)) return answer;
      complain(exchange, `malformed Lambda proxy response: ${answer.problem}`);
      return { type: 'DEFAULT_5XX', status: 502 };
    } catch (error) {
      complain(exchange, messageOf(error));
      if (error instanceof CallTimedOut) return { type: 'INTEGRATION_TIMEOUT' };
      // A missing function or permission is a fault of the configuration; a throttled function is not.
      const configuration = error instanceof AwsError && error.code !== 'TooManyRequestsException';
      return { type: configuration ? 'API_CONFIGURATION_ERROR' : 'DEFAULT_5XX' };
    }
  };

  const admit = createAdmission(REQUESTS_AT_ONCE);

  /** Answers a request whose route was looked up. Never rejects. */
  const serve = async (exchange: Exchange): Promise<GatewayReply> => {
    const route = exchange.match?.route;
    if (route === undefined) return refuse(exchange, noRoute(exchange));
    const refusal = (await authorized(exchange, route)) ?? withinPlan(exchange, route) ?? withinStage(exchange, route);
    if (isRefusal(refusal)) return refuse(exchange, refusal);
    const reply = await admit(() => integrate(exchange, route));
    return 'type' in reply ? refuse(exchange, reply) : reply;
  };

  return { serve, refuse };
};

export type Gateway = ReturnType<typeof createGateway>;
