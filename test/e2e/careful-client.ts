import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { ApiClient, ApiRequest, ApiResponse } from '../../lib/client/http.ts';

const Named = z.looseObject({ id: z.string() });
const WithToken = z.looseObject({ accessToken: z.string() });
const Members = z.record(z.string(), z.unknown());

/** Begins the message of what vitest.config.ts lets begin anew. */
const UNTOLD = 'Nobody can tell what became of it';

/**
 * The answer to what was asked once only.
 * @throws when the first answer was lost, and the repetition's does not tell what it was: the test must begin anew
 */
export const certain = (answer: ApiResponse): ApiResponse => {
  if (answer.repeated === true) throw new Error(`${UNTOLD}: an answer was lost, its repetition is ${answer.status}`);
  return answer;
};

const isSession = (path: string): boolean => /\/sessions(\/current)?$/.test(path);

const isIn = (wanted: unknown, there: unknown): boolean => {
  const [part, whole] = [Members.safeParse(wanted), Members.safeParse(there)];
  if (!part.success || !whole.success) return isDeepStrictEqual(wanted, there ?? null);
  return Object.entries(part.data).every(([name, value]) => isIn(value, whole.data[name]));
};

/**
 * A client that finds out what became of a write whose answer was lost, as an app has to. The repetition of a change under a
 * version is refused (412) because the change was made: then what was wanted is there. The repetition of a deletion
 * finds nothing (404, for a log-out 401): then what this very caller saw before is gone. Any other answer, and all
 * answers to what was asked once, stay as they are.
 */
export const careful = (client: ApiClient): ApiClient => {
  /** What each credential has seen, as `credential path`. */
  const seen = new Set<string>();
  const tokens = new Set<string>();

  const forget = (path: string, { credential = '' }: ApiRequest): void => {
    seen.delete(`${credential} ${path}`);
    if (isSession(path)) tokens.delete(credential);
  };

  const notice = (method: string, path: string, request: ApiRequest, answer: ApiResponse): void => {
    if (answer.status < 200 || answer.status > 299) return;
    const [own = path] = path.split('?');
    if (method === 'DELETE') {
      forget(own, request);
      return;
    }
    const named = Named.safeParse(answer.body);
    const places = [
      ...(method === 'POST' ? [] : [own]),
      ...(answer.headers['location'] === undefined ? [] : [answer.headers['location']]),
      ...(method === 'POST' && named.success ? [`${own}/${named.data.id}`] : []),
    ];
    for (const place of places) seen.add(`${request.credential ?? ''} ${place}`);
    const session = WithToken.safeParse(answer.body);
    if (session.success) tokens.add(session.data.accessToken);
  };

  const asChanged = async (path: string, request: ApiRequest, answer: ApiResponse): Promise<ApiResponse> => {
    const { credential } = request;
    const { 'if-match': _, ...headers } = request.headers ?? {};
    const now = await client.send('GET', path, { credential, headers });
    if (now.status === 404) return certain(answer); // it has no representation of its own to compare with
    return now.status === 200 && isIn(request.body, now.body) ? { ...now, repeated: true } : answer;
  };

  const wasThere = (path: string, { credential = '' }: ApiRequest, status: number): boolean =>
    (status === 404 && seen.has(`${credential} ${path}`)) ||
    (status === 401 && isSession(path) && tokens.has(credential));

  return {
    close: () => client.close(),
    send: async (method, path, request = {}) => {
      const answer = await client.send(method, path, request);
      notice(method, path, request, answer);
      if (answer.repeated === undefined) return answer;
      if (answer.status === 412) return asChanged(path, request, answer);
      if (method !== 'DELETE' || !wasThere(path, request, answer.status)) return answer;
      forget(path, request);
      return { ...answer, status: 204, body: undefined, text: '' };
    },
  };
};
