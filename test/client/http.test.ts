import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { apiClient } from '../../lib/client/http.ts';
import { listen } from '../../lib/local/listen.ts';

it('a request that nobody answers fails with the request, the server and the reason', async () => {
  const server = createServer((request) => request.socket.destroy());
  const url = await listen(server, { port: 0, what: 'A server', option: '--port' });
  const api = apiClient(url);
  try {
    await expect(api.send('GET', '/v1/carts')).rejects.toThrow(`GET /v1/carts: ${url} gave no answer (socket hang up)`);
  } finally {
    api.close();
    server.close();
  }
});
