import { problemCode } from '../../lib/client/expect-status.ts';
import type { ApiResponse } from '../../lib/client/http.ts';
import { api } from './world.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Sends requests with one credential. `headers` of a request go over all others. */
export const as = (credential: string | undefined, always: Headers = {}) => {
  const sender =
    (method: string) =>
    (path: string, body?: unknown, headers: Headers = {}): Promise<ApiResponse> =>
      api.send(method, path, { credential, body, headers: { ...always, ...headers } });
  const get = sender('GET');
  return {
    get: (path: string, headers?: Headers) => get(path, undefined, headers),
    post: sender('POST'),
    put: sender('PUT'),
    patch: sender('PATCH'),
    delete: sender('DELETE'),
  };
};

let spellings = 0;

/**
 * The same, as if the credential had never been used: API Gateway keeps the authorizer's answer for 60 s by the header's
 * text, and RFC 9110 allows more than one space after `Bearer`.
 */
export const asUnseen = (credential: string) => {
  spellings += 1;
  return as(undefined, { authorization: `Bearer${' '.repeat(1 + spellings)}${credential}` });
};

/** What became of a request, in one word or two: `201`, `409 slug_taken`. */
export const outcome = (response: ApiResponse): string =>
  response.status < 400 ? String(response.status) : `${response.status} ${problemCode(response)}`;
