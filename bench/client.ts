import { randomUUID } from 'node:crypto';
import type { ApiClient, ApiRequest } from '../lib/client/http.ts';
import { leanHttp } from '../lib/local/lean-http.ts';

const EVERY_CONNECTION = 256;

const headersOf = (method: string, { credential, body, headers }: ApiRequest): string => {
  const lines = Object.entries({
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    ...headers,
  });
  return lines.map(([name, value]) => (value === undefined ? '' : `${name}: ${value}\r\n`)).join('');
};

/** The API client of the driver: the machine's two cores are there for the servers, not for its convenience. */
export const benchClient = (url: string): ApiClient => {
  const { hostname, port } = new URL(url);
  const http = leanHttp({ host: hostname, port: Number(port), connections: EVERY_CONNECTION });
  return {
    close: () => http.close(),
    send: async (method, path, request = {}) => {
      const head = `${method} ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${headersOf(method, request)}`;
      const { status, body } = await http.send(head, request.body === undefined ? '' : JSON.stringify(request.body));
      return { status, headers: {}, body: body === '' ? undefined : JSON.parse(body), text: body };
    },
  };
};
