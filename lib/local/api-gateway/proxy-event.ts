import type { Account } from '../contracts.ts';
import { headerOf, methodArn, requestTime, type Exchange } from './exchange.ts';

type Values = Record<string, string>;
type MultiValues = Record<string, string[]>;

/** Headers of one connection, which the gateway ends: they do not reach a function. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

const put = (values: Values, multi: MultiValues, name: string, value: string): void => {
  values[name] = value;
  const known = multi[name];
  if (known === undefined) multi[name] = [value];
  else known.push(value);
};

/** What the gateway adds to the headers of every request. */
const forwarded = ['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id'];

const headersOf = (exchange: Exchange): { headers: Values; multiValueHeaders: MultiValues } => {
  const headers: Values = Object.create(null);
  const multi: MultiValues = Object.create(null);
  const { rawHeaders } = exchange;
  let chain = '';
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (connectionHeaders.has(lower)) continue;
    if (lower === 'x-forwarded-for') chain += `${value}, `;
    if (!forwarded.includes(lower)) put(headers, multi, name, value);
  }
  put(headers, multi, 'X-Amzn-Trace-Id', exchange.traceHeader);
  put(headers, multi, 'X-Forwarded-For', chain + exchange.sourceIp);
  put(headers, multi, 'X-Forwarded-Port', headerOf(rawHeaders, 'host')?.split(':')[1] ?? '80');
  put(headers, multi, 'X-Forwarded-Proto', 'http');
  return { headers, multiValueHeaders: multi };
};

const queryOf = (query: string) => {
  if (query === '') return { queryStringParameters: null, multiValueQueryStringParameters: null };
  const values: Values = Object.create(null);
  const multi: MultiValues = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) put(values, multi, name, value);
  return { queryStringParameters: values, multiValueQueryStringParameters: multi };
};

const pathParametersOf = (exchange: Exchange): Values | null => {
  const { match } = exchange;
  if (match === undefined || match.values.length === 0) return null;
  const values: Values = {};
  for (const [index, value] of match.values.entries()) values[match.route.parameters[index] ?? ''] = value;
  return values;
};

const requestContextOf = (exchange: Exchange, account: Account) => {
  const { api, match, authorizer, apiKey } = exchange;
  const host = headerOf(exchange.rawHeaders, 'host') ?? '';
  return {
    resourceId: match?.route.resourceId,
    resourcePath: match?.route.path,
    httpMethod: exchange.method,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: requestTime(exchange.startedAt),
    path: exchange.path,
    accountId: account.accountId,
    protocol: `HTTP/${exchange.httpVersion}`,
    stage: api?.stage?.name,
    domainPrefix: host.split('.')[0],
    requestTimeEpoch: exchange.startedAt,
    requestId: exchange.requestId,
    ...(authorizer === undefined
      ? {}
      : { authorizer: { ...authorizer.values, principalId: authorizer.principalId, integrationLatency: 0 } }),
    identity: {
      cognitoIdentityPoolId: null,
      accountId: null,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: exchange.sourceIp,
      principalOrgId: null,
      accessKey: null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: null,
      userAgent: headerOf(exchange.rawHeaders, 'user-agent') ?? null,
      user: null,
      ...(apiKey === undefined ? {} : { apiKey: apiKey.value, apiKeyId: apiKey.id }),
    },
    domainName: host,
    deploymentId: api?.stage?.deploymentId,
    apiId: api?.id,
  };
};

const common = (exchange: Exchange, account: Account) => ({
  resource: exchange.match?.route.path,
  path: exchange.path,
  httpMethod: exchange.method,
  ...headersOf(exchange),
  ...queryOf(exchange.query),
  pathParameters: pathParametersOf(exchange),
  stageVariables: exchange.api?.stage?.variables ?? null,
  requestContext: requestContextOf(exchange, account),
});

/** Does a media type match one of the API's binary types (`image/*`, `* / *` without spaces)? */
export const isBinaryType = (types: readonly string[], contentType: string | undefined): boolean => {
  if (types.includes('*/*')) return true;
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined) return false;
  return types.some((known) => known === type || (known.endsWith('/*') && type.startsWith(known.slice(0, -1))));
};

/** The event of a Lambda proxy integration, format 1.0, as JSON text. */
export const proxyEvent = (exchange: Exchange, account: Account): string => {
  const { body } = exchange;
  const binary =
    body.length > 0 &&
    isBinaryType(exchange.api?.body.binaryMediaTypes ?? [], headerOf(exchange.rawHeaders, 'content-type'));
  return JSON.stringify({
    ...common(exchange, account),
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  });
};

/** The event of a Lambda authorizer of the type REQUEST, as JSON text. */
export const authorizerEvent = (exchange: Exchange, account: Account): string =>
  JSON.stringify({ type: 'REQUEST', methodArn: methodArn(exchange, account), ...common(exchange, account) });
