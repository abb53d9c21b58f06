import { CORS_HEADERS, SECURITY_HEADERS } from '../runtime/problem.ts';
import {
  defineError,
  type ErrorDefinition,
  forbidden,
  internalError,
  invalidRequest,
  notFound,
  payloadTooLarge,
  temporarilyUnavailable,
  unauthorized,
  unsupportedMediaType,
} from '../runtime/errors.ts';

/** The codes that only API Gateway itself answers with. */
export const tooManyRequests = defineError('too_many_requests', 429, 'Too many requests');
export const quotaExceeded = defineError('quota_exceeded', 429, "The plan's monthly quota is used up");
export const gatewayTimeout = defineError('gateway_timeout', 504, 'The answer took too long');

export interface GatewayResponse {
  /** API Gateway's name of the case. */
  readonly type: string;
  readonly error: ErrorDefinition;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CREDENTIAL = 'Send a valid credential in the header Authorization: Bearer <key or token>.';
const NO_ROUTE = 'There is nothing at this method and path.';
const LATER = 'Try again in a moment. If you were changing something, send the same Idempotency-Key.';
const OURS = 'The request failed for a reason on our side. Try again; if it goes on, report the requestId.';
const retryAfter = (seconds: number) => ({ 'retry-after': String(seconds) });

/**
 * What API Gateway says when a request does not get to a function, or not back: the same problem documents as ours.
 * A path without a route is 403 by default ("missing authentication token", or "invalid signature" when the request has
 * an Authorization header); here it is 404.
 */
export const GATEWAY_RESPONSES: readonly GatewayResponse[] = [
  {
    type: 'UNAUTHORIZED',
    error: unauthorized,
    detail: CREDENTIAL,
    headers: { 'www-authenticate': 'Bearer' },
  },
  { type: 'EXPIRED_TOKEN', error: unauthorized, detail: CREDENTIAL, headers: { 'www-authenticate': 'Bearer' } },
  { type: 'ACCESS_DENIED', error: forbidden, detail: 'This credential may not be used here.' },
  { type: 'INVALID_API_KEY', error: forbidden, detail: 'The shop of this credential has no plan for this API.' },
  { type: 'WAF_FILTERED', error: forbidden, detail: 'The request was refused by a rule against attacks.' },
  { type: 'MISSING_AUTHENTICATION_TOKEN', error: notFound, detail: NO_ROUTE },
  { type: 'INVALID_SIGNATURE', error: notFound, detail: NO_ROUTE },
  { type: 'RESOURCE_NOT_FOUND', error: notFound, detail: NO_ROUTE },
  { type: 'BAD_REQUEST_BODY', error: invalidRequest, detail: 'The body of the request cannot be read.' },
  { type: 'BAD_REQUEST_PARAMETERS', error: invalidRequest, detail: 'The parameters of the request cannot be read.' },
  {
    type: 'REQUEST_TOO_LARGE',
    error: payloadTooLarge,
    detail: 'A request has 10 MB at most, and most routes take less.',
  },
  { type: 'UNSUPPORTED_MEDIA_TYPE', error: unsupportedMediaType, detail: 'The body must be application/json.' },
  { type: 'THROTTLED', error: tooManyRequests, detail: 'Slow down and try again.', headers: retryAfter(1) },
  {
    type: 'QUOTA_EXCEEDED',
    error: quotaExceeded,
    detail: "The month's requests of this shop's plan are used up.",
    headers: retryAfter(3600),
  },
  { type: 'AUTHORIZER_FAILURE', error: temporarilyUnavailable, detail: LATER, headers: retryAfter(1) },
  { type: 'AUTHORIZER_CONFIGURATION_ERROR', error: internalError, detail: OURS },
  { type: 'API_CONFIGURATION_ERROR', error: internalError, detail: OURS },
  { type: 'INTEGRATION_FAILURE', error: temporarilyUnavailable, detail: LATER, headers: retryAfter(1) },
  { type: 'INTEGRATION_TIMEOUT', error: gatewayTimeout, detail: LATER, headers: retryAfter(2) },
  { type: 'DEFAULT_4XX', error: invalidRequest, detail: 'The request cannot be served as it is.' },
  { type: 'DEFAULT_5XX', error: internalError, detail: OURS },
];

/**
 * The headers of a gateway response; API Gateway wants literals in quotes. Its template for application/json is the one that
 * is used whatever a client accepts, so that the type of a problem is a header.
 */
export const responseParameters = ({ headers }: GatewayResponse): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      'Content-Type': 'application/problem+json',
      ...SECURITY_HEADERS,
      ...CORS_HEADERS,
      ...headers,
    }).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]),
  );

export const problemTemplate = ({ error, detail }: GatewayResponse): string =>
  JSON.stringify({
    type: `urn:cartwright:problem:${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    detail,
    requestId: '$context.requestId',
  });
