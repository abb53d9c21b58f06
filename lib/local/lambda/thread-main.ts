import { parentPort, workerData } from 'node:worker_threads';
import { startProfile } from '../cpu-profile.ts';
import { runEnvironment } from './environment.ts';
import { capturePrinting } from './printing.ts';
import { ALIVE, END_PROFILE, type LoadMessage, type ThreadData } from './protocol.ts';
import { separateVariables } from './variables.ts';

/**
 * The inside of a worker thread: loads the environments that it is told to host, one after the other. It is bundled to
 * plain JavaScript when the local cloud starts, because every thread would have to strip the types of its sources again.
 */
export const runThread = (install?: (options: unknown) => unknown): void => {
  const port = parentPort;
  if (port === null) throw new Error('Environments are hosted by a worker thread');
  const { profile }: ThreadData = workerData;
  capturePrinting();
  separateVariables();
  const profiled = profile ? startProfile() : undefined;
  let loaded: Promise<void> = Promise.resolve();
  port.on('message', (message: LoadMessage | typeof END_PROFILE | typeof ALIVE) => {
    if (message === ALIVE) port.postMessage(ALIVE);
    else if (message === END_PROFILE) {
      void profiled?.then(async (end) => port.postMessage(JSON.stringify([...(await end())])));
    } else {
      loaded = loaded.then(() => runEnvironment(message, install));
    }
  });
};
