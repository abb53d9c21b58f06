import type { MessagePort } from 'node:worker_threads';
import type { GrantObserver, MarkMemory } from '../iam/grant-record.ts';
import { markIn } from '../iam/grant-record.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** A worker's call of a service that lives in the main thread: its number, and the request in parts. */
export type CallMessage = readonly [
  number: number,
  method: string,
  url: string,
  headers: WireRequest['headers'],
  body: string,
];

export type AnswerMessage = readonly [number: number, status: number, headers: WireAnswer['headers'], body: string];

/** Headers that the services look at; the rest (signature, user agent) stays in the worker. */
const PASSED = ['x-amz-target', 'content-type', 'x-amz-invocation-type', 'x-amz-log-type', 'x-amz-client-context'];

const headerOf = (headers: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : undefined;
};

/** The method of the question whose session an access key is; the path is the key. */
export const WHOSE = 'WHOSE';

/** What the worker's own evaluator has allowed and refused, for the record of grants. */
const ALLOWED = 0;
const REFUSED = -1;

/** Tells the main thread what a role was allowed and refused in the worker. */
export const observerOn = (port: MessagePort, memory: MarkMemory, role: string): GrantObserver => {
  const tell = (kind: number, action: string, resource: string, text: string): void => {
    const message: CallMessage = [kind, action, resource, { role }, text];
    port.postMessage(message);
  };
  return {
    allowed: (action, resource) => tell(ALLOWED, action, resource, ''),
    refused: (action, resource, message) => tell(REFUSED, action, resource, message),
    mark: markIn(memory),
  };
};

/** The worker's end: sends calls, and settles them as the answers come. */
export const callerOn = (port: MessagePort): ((request: WireRequest) => Promise<WireAnswer>) => {
  const waiting = new Map<number, (answer: WireAnswer) => void>();
  let last = 0;
  port.on('message', ([number, status, headers, body]: AnswerMessage) => {
    const settle = waiting.get(number);
    waiting.delete(number);
    settle?.({ status, headers, body });
  });
  port.unref();
  return (request) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      const headers: Record<string, string> = {};
      for (const name of PASSED) {
        const value = headerOf(request.headers, name);
        if (value !== undefined) headers[name] = value;
      }
      const message: CallMessage = [
        last,
        request.method,
        request.url,
        { ...headers, 'x-local-service': request.headers['x-local-service'] },
        request.body,
      ];
      port.postMessage(message);
    });
};

/** The main thread's end. */
export const answerOn = (
  port: MessagePort,
  answer: (request: WireRequest) => Promise<WireAnswer>,
  observerOf: (role: string) => GrantObserver,
): void => {
  port.on('message', ([number, method, url, headers, body]: CallMessage) => {
    if (number === ALLOWED) return observerOf(headers['role'] ?? '').allowed(method, url);
    if (number === REFUSED) return observerOf(headers['role'] ?? '').refused(method, url, body);
    void answer({ method, url, headers, body }).then((given) => {
      const message: AnswerMessage = [number, given.status, given.headers, given.body];
      port.postMessage(message);
    });
  });
  port.unref();
};
