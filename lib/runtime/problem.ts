import type { APIGatewayProxyResult } from 'aws-lambda';
import { AppError, internalError } from './errors.ts';

/** Sent with every answer of every API: an API's JSON is never a page, a frame or a sniffed type. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/** Any origin may call: the credential is in a header of its own, never in a cookie. */
export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Location, Retry-After, Idempotent-Replayed, X-Request-Id',
} as const;

/** An error as application/problem+json (RFC 9457). What is not an AppError is a 500 that tells nothing internal. */
export const problemResponse = (error: unknown, requestId: string): APIGatewayProxyResult => {
  const problem =
    error instanceof AppError
      ? error
      : internalError('The request failed for a reason on our side. Try again; if it goes on, report the requestId.');
  return {
    statusCode: problem.status,
    headers: {
      ...SECURITY_HEADERS,
      ...CORS_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(problem.retryAfter === undefined ? {} : { 'retry-after': String(problem.retryAfter) }),
    },
    body: JSON.stringify({
      type: `urn:cartwright:problem:${problem.code}`,
      title: problem.title,
      status: problem.status,
      code: problem.code,
      detail: problem.message,
      requestId,
      ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
      ...problem.extensions,
    }),
  };
};
