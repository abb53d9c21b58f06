import { createServer } from 'node:http';
import { listen } from '../../../lib/local/listen.ts';
import { fakeBooks } from './books.ts';

/** A stateful Stripe on 127.0.0.1, as much of it as this project uses. */
export const startStripeFake = async (now: () => number) => {
  const books = fakeBooks(now);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const key = request.headers['idempotency-key'];
      const answer = books.handle({
        method: request.method ?? '',
        path: new URL(request.url ?? '', 'http://stripe').pathname,
        account: (request.headers.authorization ?? '').replace('Bearer ', ''),
        idempotencyKey: typeof key === 'string' ? key : undefined,
        fields: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      });
      if (answer === 'lost') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  const url = await listen(server, { port: 0, what: 'the fake of Stripe', option: 'no option' });
  return {
    ...books,
    url,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
export type StripeFake = Awaited<ReturnType<typeof startStripeFake>>;
