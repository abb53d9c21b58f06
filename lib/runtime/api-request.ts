import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalidRequest, payloadTooLarge, unsupportedMediaType } from './errors.ts';

const DEFAULT_MAX_BODY_BYTES = 64 * 1024;

/** The headers by lower-case name; of a repeated one the last counts. */
export const readHeaders = (event: {
  readonly headers: Readonly<Record<string, string | undefined>> | null;
}): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers.set(name.toLowerCase(), value);
  }
  return headers;
};

/**
 * The JSON body.
 * @throws unsupported_media_type, payload_too_large, or invalid_request when it is no JSON
 */
export const parseBody = (
  event: APIGatewayProxyEvent,
  headers: ReadonlyMap<string, string>,
  maxBytes: number = DEFAULT_MAX_BODY_BYTES,
): unknown => {
  const text =
    event.body === null ? '' : event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
  if (text === '') throw invalidRequest('The request needs a JSON body.');
  const contentType = headers.get('content-type') ?? '';
  if (!/^application\/(json|merge-patch\+json)\s*(;.*)?$/i.test(contentType)) {
    throw unsupportedMediaType(
      `The body must be application/json; it came as ${contentType === '' ? 'no content type' : contentType.slice(0, 80)}.`,
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw payloadTooLarge(`The body has ${bytes} bytes; this route takes ${maxBytes} at most.`);
  let body: unknown;
  let isUnicode: boolean;
  try {
    body = JSON.parse(text);
    isUnicode = !HALF_ESCAPE.test(text) || !LONE_HALF.test(JSON.stringify(body));
  } catch (cause) {
    throw invalidRequest('The body is not valid JSON.', { cause });
  }
  if (!isUnicode) {
    throw invalidRequest(
      'The body has text that is not Unicode: an escaped half of a surrogate pair without the other.',
    );
  }
  return body;
};

/** Text with half a surrogate pair cannot be stored. It can only come escaped, and JSON.stringify escapes nothing else so. */
const HALF_ESCAPE = /\\u[dD][89a-fA-F]/;
const LONE_HALF = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/;

/** @throws invalid_request for any query parameter */
export const refuseQuery = (event: Pick<APIGatewayProxyEvent, 'multiValueQueryStringParameters'>): undefined => {
  const names = Object.keys(event.multiValueQueryStringParameters ?? {});
  if (names.length > 0)
    throw invalidRequest(`This route knows no query parameters; it got ${names.slice(0, 5).join(', ')}.`);
  return undefined;
};
