import { connect, createServer } from 'node:net';
import { run } from '../oracles/commands.ts';
import type { Docker } from './docker.ts';

/** How a container reaches a port of this machine that listens on 127.0.0.1 only. */
export interface Reach {
  /** The URL as containers see it. */
  readonly url: string;
  stop(): void;
}

const gatewayOf = async (docker: Docker): Promise<string> => {
  const format = '{{range .IPAM.Config}}{{.Gateway}}{{end}}';
  const { output } = await run({ command: ['docker', 'network', 'inspect', 'bridge', '-f', format], env: docker.env });
  return output.trim();
};

/**
 * Passes connections to Docker's own bridge, which only this machine's containers see, on to 127.0.0.1. Where the bridge is
 * not on this machine (Docker Desktop has it in a virtual machine), containers know the machine as host.docker.internal.
 */
export const reachFromContainers = async (docker: Docker, localUrl: string): Promise<Reach> => {
  const { hostname, port } = new URL(localUrl);
  const gateway = await gatewayOf(docker);
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (!('code' in error) || error.code !== 'EADDRNOTAVAIL') return reject(error);
      resolve({ url: `http://host.docker.internal:${port}`, stop: () => undefined });
    });
    server.listen(0, gateway, () => {
      const address = server.address();
      const own = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ url: `http://${gateway}:${own}`, stop: () => void server.close() });
    });
  });
};
