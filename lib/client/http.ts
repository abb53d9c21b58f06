import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { randomUUID } from 'node:crypto';

/**
 * Where the API is: one URL for all domains (local cloud, edge), or one per domain (straight after a deployment), then with
 * `''` for paths of none of these domains.
 */
export type ApiBase = string | Readonly<Record<string, string>>;

export interface ApiRequest {
  /** `pk_...`, `sk_...`, `op_...` or a JWT. */
  readonly credential?: string | undefined;
  readonly body?: unknown;
  /** Sent as they are, over all others. `undefined` takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as Idempotency-Key; POST requests get a random one otherwise. */
  readonly idempotencyKey?: string;
  /** Text instead of `body`. */
  readonly rawBody?: string | Buffer;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or undefined when the body was empty or no JSON. */
  readonly body: unknown;
  readonly text: string;
  /** It answers a repetition: an earlier try, which failed on the server's side, may have done already what was asked for. */
  readonly repeated?: true;
}

/** A client of the public API. It knows HTTP and nothing of the system behind it. */
export interface ApiClient {
  send(method: string, path: string, request?: ApiRequest): Promise<ApiResponse>;
  close(): void;
}

/** Sees every answer, with the path as the API has it: the end-to-end suite records which routes it has been to. */
export type Observer = (method: string, path: string, status: number) => void;

export const domainOf = (path: string): string => /^\/v1\/([a-z-]+)/.exec(path)?.[1] ?? '';

const rootOf = (base: ApiBase, path: string): string => {
  const root = typeof base === 'string' ? base : (base[domainOf(path)] ?? base['']);
  if (root === undefined) throw new Error(`No URL is known for the domain of ${path}`);
  return root.replace(/\/$/, '');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: the text itself is in the response
  }
};

/**
 * The same client, as an app should use it: what failed on the server's side (500, 502, 503, 504) is asked again, up to
 * `attempts` times in all, with the same Idempotency-Key, so that what took effect takes effect once.
 */
export const retrying = (client: ApiClient, attempts: number): ApiClient => ({
  close: () => client.close(),
  send: async (method, path, request = {}) => {
    const same: ApiRequest = method === 'POST' ? { idempotencyKey: randomUUID(), ...request } : request;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await client.send(method, path, same);
      if (attempt === attempts || ![500, 502, 503, 504].includes(answer.status)) {
        return attempt === 1 ? answer : { ...answer, repeated: true };
      }
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
    }
  },
});

/**
 * Makes a client with connections of its own that are kept open: at most `connections` to a host, further requests wait for
 * one. A request without an answer rejects after 30 s.
 */
export const apiClient = (base: ApiBase, observe?: Observer, connections = 256): ApiClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const tlsAgent = new TlsAgent({ keepAlive: true, maxSockets: connections });
  return {
    close: () => {
      agent.destroy();
      tlsAgent.destroy();
    },
    send: (method, path, request = {}) =>
      new Promise((resolve, reject) => {
        const root = rootOf(base, path);
        const url = new URL(root + path);
        const prefix = new URL(root).pathname.replace(/\/$/, '');
        const payload = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
        const headers: Record<string, string | undefined> = {
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
          ...(request.credential === undefined ? {} : { authorization: `Bearer ${request.credential}` }),
          ...(method === 'POST' ? { 'idempotency-key': request.idempotencyKey ?? randomUUID() } : {}),
          ...request.headers,
        };
        const sent = Object.fromEntries(
          Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
        );
        const tls = url.protocol === 'https:';
        const call = (tls ? httpsRequest : httpRequest)(
          url,
          { method, headers: sent, agent: tls ? tlsAgent : agent },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('end', () => {
              const text = Buffer.concat(chunks).toString('utf8');
              const status = answer.statusCode ?? 0;
              observe?.(method, url.pathname.slice(prefix.length), status);
              resolve({
                status,
                headers: Object.fromEntries(
                  Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
                ),
                body: text === '' ? undefined : parseJson(text),
                text,
              });
            });
          },
        );
        call.setTimeout(30_000, () => call.destroy(new Error('nothing came in 30 s')));
        call.on('error', (cause) => {
          // Where a name has several addresses, the error of all of them together has no message.
          const reason = cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
          reject(new Error(`${method} ${path}: ${url.origin} gave no answer (${reason})`, { cause }));
        });
        call.end(payload);
      }),
  };
};
