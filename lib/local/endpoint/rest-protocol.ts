import { AwsError, notImplemented } from '../aws-error.ts';
import type { Principal } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { REST_ROUTES } from './rest-routes.ts';
import type { RestRoute } from './rest-routes.ts';
import { asAwsError, requestId } from './wire.ts';
import type { ServiceLookup, WireAnswer, WireRequest } from './wire.ts';

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

interface Pattern {
  readonly route: RestRoute;
  readonly regex: RegExp;
  readonly names: readonly string[];
}

const PATTERNS: readonly Pattern[] = REST_ROUTES.map((route) => ({
  route,
  regex: new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}/?$`),
  names: [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
}));

/** The signing names that this protocol serves. */
export const REST_SERVICES: ReadonlySet<string> = new Set(REST_ROUTES.map((route) => route.service));

const json = (status: number, output: unknown): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId() },
  body: output === undefined ? '' : JSON.stringify(output),
});

export const restError = (thrown: unknown): WireAnswer => {
  const error = asAwsError(thrown);
  const status =
    error.code === 'UnrecognizedClientException' || error.code === 'MissingAuthenticationTokenException'
      ? 403
      : error.status;
  const type = status >= 500 ? 'Service' : 'User';
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId(), 'x-amzn-errortype': error.code },
    body: JSON.stringify({ Type: type, message: error.message, ...error.fields }),
  };
};

const bodyObject = (body: string): JsonObject => {
  if (body === '') return {};
  try {
    const parsed = parseJson(body);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object');
};

/** `Invoke` has its payload as its body, in and out, and the rest in headers. */
const invoke = async (
  services: ServiceLookup,
  functionName: string,
  request: WireRequest,
  query: URLSearchParams,
  principal: Principal,
) => {
  const service = services('lambda');
  if (service === undefined) throw notImplemented('the service lambda');
  const output = await service.call(
    'Invoke',
    {
      FunctionName: decodeURIComponent(functionName),
      Qualifier: query.get('Qualifier') ?? undefined,
      InvocationType: request.headers['x-amz-invocation-type'] ?? 'RequestResponse',
      LogType: request.headers['x-amz-log-type'],
      ClientContext: request.headers['x-amz-client-context'],
      Payload: request.body,
    },
    principal,
  );
  const result = isObject(output) ? output : {};
  const functionError = result['FunctionError'];
  return {
    status: typeof result['StatusCode'] === 'number' ? result['StatusCode'] : 200,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId(),
      'x-amz-executed-version': String(result['ExecutedVersion'] ?? '$LATEST'),
      ...(typeof result['LogResult'] === 'string' ? { 'x-amz-log-result': result['LogResult'] } : {}),
      ...(typeof functionError === 'string' ? { 'x-amz-function-error': functionError } : {}),
    },
    body: typeof result['Payload'] === 'string' ? result['Payload'] : '',
  };
};

/** Serves Lambda's, API Gateway's and the scheduler's REST-JSON. Rejects with AwsError. */
export const answerRest = async (
  services: ServiceLookup,
  signingName: string,
  request: WireRequest,
  principal: Principal,
): Promise<WireAnswer> => {
  const url = new URL(request.url, 'http://localhost');
  const invocation =
    signingName === 'lambda' && request.method === 'POST' ? INVOCATION.exec(url.pathname)?.[1] : undefined;
  if (invocation !== undefined) return await invoke(services, invocation, request, url.searchParams, principal);
  for (const { route, regex, names } of PATTERNS) {
    if (route.service !== signingName || route.method !== request.method) continue;
    const match = regex.exec(url.pathname);
    if (match === null) continue;
    const service = services(signingName);
    if (service === undefined) throw notImplemented(`the service ${signingName}`);
    const input: Record<string, unknown> = { ...bodyObject(request.body) };
    for (const [name, value] of url.searchParams) input[route.query?.[name] ?? name] = value;
    for (const [index, name] of names.entries()) input[name] = decodeURIComponent(match[index + 1] ?? '');
    const output = await service.call(route.operation, input, principal);
    return json(route.status ?? 200, route.status === 202 ? undefined : output);
  }
  throw notImplemented(`${signingName}: ${request.method} ${url.pathname}`);
};
