import { truncate, unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { ReceivedBody } from '../s3/received-body.ts';

/** What is wrong with a node: for tests and demonstrations, switched while it runs. */
export interface NodeFaults {
  /** Cuts every connection without an answer. */
  down: boolean;
  /** Waits for so long before each answer. */
  slowMs: number;
  /** Has no room, whatever its capacity. */
  full: boolean;
  /** Says that it stored what it did not, or the first half only. */
  lies: 'never' | 'stores-nothing' | 'truncates';
}

export const noFaults = (): NodeFaults => ({ down: false, slowMs: 0, full: false, lies: 'never' });

/** False when the request shall not be answered. */
export const isAnswered = async (faults: NodeFaults, incoming: IncomingMessage, clock: Clock): Promise<boolean> => {
  if (faults.slowMs > 0 && !faults.down) {
    await new Promise<void>((resolve) => void clock.after(faults.slowMs, resolve));
  }
  if (faults.down) incoming.socket.destroy();
  return !faults.down;
};

/** What becomes of bytes that came in; undefined when nothing is kept of them. */
export const keptBody = async (faults: NodeFaults, body: ReceivedBody): Promise<ReceivedBody | undefined> => {
  if (faults.lies === 'never') return body;
  if (faults.lies === 'stores-nothing') {
    await unlink(body.file);
    return undefined;
  }
  const size = Math.floor(body.size / 2);
  await truncate(body.file, size);
  return { ...body, size };
};
