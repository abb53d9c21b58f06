import { AsyncLocalStorage } from 'node:async_hooks';

/** What one environment prints, until it is sent with an answer. */
export interface Printed {
  /** The lines since the last time, their length in characters, and how many log events they are. */
  take(): [lines: readonly string[], bytes: number, events: number];
}

interface Page {
  readonly forward: boolean;
  readonly send: (lines: readonly string[], bytes: number, events: number) => void;
  partial: string;
  lines: string[];
  bytes: number;
  events: number;
  scheduled: boolean;
}

/** Longer than the answer that a line most likely belongs to takes, which takes it along. */
const FLUSH_AFTER_MS = 20;

const take = (page: Page): [readonly string[], number, number] => {
  const taken: [readonly string[], number, number] = [page.lines, page.bytes, page.events];
  page.lines = [];
  page.bytes = 0;
  page.events = 0;
  return taken;
};

const printOn = (page: Page, chunk: string | Uint8Array): void => {
  const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  page.bytes += text.length;
  if (text.endsWith('\n')) page.events += 1;
  if (page.forward) {
    const parts = `${page.partial}${text}`.split('\n');
    page.partial = parts.pop() ?? '';
    page.lines.push(...parts.filter((line) => line !== ''));
  }
  if (page.scheduled) return;
  page.scheduled = true;
  setTimeout(() => {
    page.scheduled = false;
    if (page.bytes > 0) page.send(...take(page));
  }, FLUSH_AFTER_MS).unref();
};

const current = new AsyncLocalStorage<Page>();

/** Takes over this thread's standard output and error. What is printed outside of any environment is dropped. */
export const capturePrinting = (): void => {
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const page = current.getStore();
    if (page !== undefined) printOn(page, chunk);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') callback();
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
};

/**
 * A place for what is printed by the work that is run in it, whatever else the thread does meanwhile.
 * @param send gets what no answer took along
 */
export const createPrinting = (
  forward: boolean,
  send: (lines: readonly string[], bytes: number, events: number) => void,
): Printed & { run<Result>(work: () => Result): Result } => {
  const page: Page = { forward, send, partial: '', lines: [], bytes: 0, events: 0, scheduled: false };
  return { take: () => take(page), run: (work) => current.run(page, work) };
};
