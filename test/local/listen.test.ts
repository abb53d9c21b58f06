import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { listen } from '../../lib/local/listen.ts';

it('a port that is taken is refused with who wanted it and the option that chooses another one', async () => {
  const [first, second] = [createServer(), createServer()];
  const url = await listen(first, { port: 0, what: 'The API', option: '--port' });
  try {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(url).port);
    await expect(listen(second, { port, what: 'The AWS endpoint', option: '--aws-port' })).rejects.toThrow(
      `The AWS endpoint cannot have port ${port} of 127.0.0.1: another program listens there`,
    );
    await expect(listen(second, { port, what: 'The API', option: '--port' })).rejects.toThrow('with --port (0: any');
  } finally {
    first.close();
  }
});
