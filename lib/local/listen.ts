import type { Server } from 'node:net';

/** Thrown when another program has the port. */
export class PortInUse extends Error {
  constructor(what: string, port: number, option: string, cause: unknown) {
    super(
      `${what} cannot have port ${port} of 127.0.0.1: another program listens there, perhaps another local cloud. ` +
        `Stop that one, or choose a port with ${option} (0: any free one).`,
      { cause },
    );
    this.name = 'PortInUse';
  }
}

/**
 * Listens on a port of 127.0.0.1 (0: any free one); answers the base URL.
 * @throws PortInUse that names `what` wants the port and the option that chooses another one
 */
export const listen = (
  server: Server,
  { port, what, option }: { readonly port: number; readonly what: string; readonly option: string },
): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject('code' in error && error.code === 'EADDRINUSE' ? new PortInUse(what, port, option, error) : error),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error(`${what} has no port`));
      else resolve(`http://127.0.0.1:${address.port}`);
    });
  });
