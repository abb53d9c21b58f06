import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { actingFor } from './acting-tenant.ts';
import { authorize, callerOf } from './api-caller.ts';
import { parseBody, readHeaders, refuseQuery } from './api-request.ts';
import { AppError, idempotencyKeyReused, invalidRequest, preconditionRequired } from './errors.ts';
import { etagOf, parseIfMatch } from './etag.ts';
import { sha256Hex } from './ids.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { requireProxyEvent } from './malformed-event.ts';
import { describeError, loggerFor } from './log.ts';
import { CORS_HEADERS, problemResponse, SECURITY_HEADERS } from './problem.ts';
import type { Answer, Idempotency, RequestOf, RouteDefinition, UseCase } from './route.ts';
import { traceIdOf } from './trace.ts';
import { parsePart } from './validation.ts';
import type { Caller, TenantId } from './tenant.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * The way in of a REST route: finds the caller, checks kind, permission and suspension, parses the request strictly,
 * runs the use case, checks its answer against the response schema, and turns errors into problem+json. One line of
 * log per request.
 */
export const api = <const Route extends RouteDefinition>(route: Route, useCase: UseCase<Route>): Handler => {
  const handle: Handler = async (event) => {
    requireProxyEvent(event, `${route.method} ${route.path}`);
    const started = performance.now();
    const headers = readHeaders(event);
    const requestId = event.requestContext.requestId;
    const traceId = traceIdOf(headers);
    let tenant: TenantId | undefined;
    let response: APIGatewayProxyResult;
    let failure: unknown;
    try {
      const caller = route.callers === 'public' ? undefined : callerOf(event);
      tenant = caller === undefined || caller.kind === 'operator' ? undefined : caller.tenant;
      if (caller !== undefined) authorize(route, caller);
      const request = parseRequest(route, event, headers, caller, traceId, requestId);
      response = successResponse(route, await actingFor(tenant, () => useCase(request)), requestId);
    } catch (error) {
      failure = error;
      response = problemResponse(error, requestId);
    }
    const log = loggerFor({ traceId, tenant, requestId });
    const level = response.statusCode >= 500 ? 'error' : 'info';
    log(level, `${route.method} ${event.path} ${response.statusCode}`, {
      ms: Math.round(performance.now() - started),
      ...(failure instanceof AppError ? { code: failure.code } : {}),
      ...(level === 'error' ? { error: describeError(failure) } : {}),
    });
    return response;
  };
  return lambdaHandler(handle);
};

/**
 * Builds the request that the use case's types promise. The one place where run-time checks meet the route's type: each
 * member is parsed by the schema from which its type is inferred.
 */
const parseRequest = <Route extends RouteDefinition>(
  route: Route,
  event: APIGatewayProxyEvent,
  headers: ReadonlyMap<string, string>,
  caller: Caller | undefined,
  traceId: string,
  requestId: string,
): RequestOf<Route> => {
  const params = route.params === undefined ? undefined : parsePart(route.params, 'params', event.pathParameters ?? {});
  const query = route.query === undefined ? refuseQuery(event) : parsePart(route.query, 'query', queryOf(event));
  const body =
    route.body === undefined ? undefined : parsePart(route.body, 'body', parseBody(event, headers, route.maxBodyBytes));
  const request: unknown = {
    caller,
    params,
    query,
    body,
    idempotency: readIdempotency(route, event, headers, caller, body),
    ifMatch: readIfMatch(route, headers, caller),
    guestToken: headers.get('cart-token') ?? headers.get('order-token'),
    traceId,
    requestId,
    sourceIp: event.requestContext.identity.sourceIp,
  };
  return trustParsed<RequestOf<Route>>(request);
};

/** The members were parsed one by one above; TypeScript cannot follow that through the conditional types. */
const trustParsed = <Request>(request: unknown): Request => request as Request;

const queryOf = (event: APIGatewayProxyEvent): Record<string, string> => {
  const query = Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values]) => {
    if (values === undefined) return [];
    if (values.length > 1) throw invalidRequest(`The query parameter ${name} may be given once only.`);
    return values.map((value): [string, string] => [name, value]);
  });
  // Not by assignment: a parameter called __proto__ would not become one, and would not be refused as unknown.
  return Object.fromEntries(query);
};

const readIdempotency = (
  route: RouteDefinition,
  event: APIGatewayProxyEvent,
  headers: ReadonlyMap<string, string>,
  caller: Caller | undefined,
  body: unknown,
): Idempotency | undefined => {
  if (route.idempotency === undefined) return undefined;
  const key = headers.get('idempotency-key');
  if (key === undefined) {
    if (route.idempotency === 'optional') return undefined;
    throw invalidRequest(
      'This route needs the header Idempotency-Key: a value of your own, new for each thing you want done once.',
    );
  }
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) {
    throw invalidRequest('Idempotency-Key must be 1 to 128 printable ASCII characters without spaces.');
  }
  return {
    key,
    scope: sha256Hex(caller?.credentialId ?? 'public', route.method, route.path, key),
    requestHash: sha256Hex(event.path, JSON.stringify(body ?? null)),
  };
};

const readIfMatch = (
  route: RouteDefinition,
  headers: ReadonlyMap<string, string>,
  caller: Caller | undefined,
): number | undefined => {
  if (route.ifMatch === undefined) return undefined;
  const header = headers.get('if-match');
  if (header !== undefined) return parseIfMatch(header);
  const mustHave =
    route.ifMatch === 'required' &&
    (caller?.kind === 'staff' || caller?.kind === 'secret' || caller?.kind === 'operator');
  if (mustHave)
    throw preconditionRequired(
      "Send If-Match with the ETag of the version that you read, so that nobody else's change is lost.",
    );
  return undefined;
};

const successResponse = (
  route: RouteDefinition,
  answer: Answer<unknown>,
  requestId: string,
): APIGatewayProxyResult => ({
  statusCode: answer.status ?? route.status,
  headers: {
    ...SECURITY_HEADERS,
    ...CORS_HEADERS,
    'x-request-id': requestId,
    ...(route.response === undefined ? {} : { 'content-type': 'application/json' }),
    ...(answer.version === undefined ? {} : { etag: etagOf(answer.version) }),
    ...(answer.location === undefined ? {} : { location: answer.location }),
    ...(answer.replayed === true ? { 'idempotent-replayed': 'true' } : {}),
    ...answer.headers,
  },
  body: route.response === undefined ? '' : JSON.stringify(route.response.parse(answer.body)),
});

/**
 * Is what is stored under an idempotent id this request's own work?
 * @throws idempotency_key_reused when it was made by a request with another path or body
 */
export const assertSameRequest = (storedHash: unknown, idempotency: Idempotency): void => {
  if (storedHash === idempotency.requestHash) return;
  throw idempotencyKeyReused(
    'This Idempotency-Key was used before with another request. Use a new key for a new request.',
  );
};
