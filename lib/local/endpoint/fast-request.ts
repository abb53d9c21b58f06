import type { WireAnswer } from './wire.ts';

type Listener = (...values: unknown[]) => void;

/** What the AWS SDK's HTTP handler needs of a request: the methods of `node:http`'s that it calls, and no more. */
export interface FastRequest {
  readonly socket: typeof SOCKET;
  on(event: string, listener: Listener): FastRequest;
  once(event: string, listener: Listener): FastRequest;
  removeListener(): FastRequest;
  end(body?: string | Uint8Array): FastRequest;
  destroy(error?: Error): FastRequest;
}

const nothing = (): void => undefined;

/** A connection that always is: time-outs of connecting and keep-alive settings have nothing to do. */
const SOCKET = {
  connecting: false,
  setKeepAlive: nothing,
  setTimeout: nothing,
  removeListener: nothing,
  destroy: nothing,
};

/**
 * The answer's body is bytes, which the SDK takes as they are; out of a stream it would first collect them. The other
 * members are those of an incoming message.
 */
const responseOf = (answer: WireAnswer): Uint8Array => {
  const bytes = Buffer.from(answer.body);
  return Object.assign(bytes, {
    statusCode: answer.status,
    statusMessage: '',
    headers: answer.headers,
    complete: true,
    // For a reader that listens as to a stream: its one piece, then the end.
    on: (event: string, listener: Listener): void => {
      if (event === 'data') queueMicrotask(() => listener(bytes));
      if (event === 'end') queueMicrotask(() => listener());
    },
  });
};

const textOf = (body: string | Uint8Array | undefined): string =>
  body === undefined
    ? ''
    : typeof body === 'string'
      ? body
      : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');

/** A request that is answered inside this process. `serve` is called with the body once the SDK has given it. */
export const fastRequest = (
  serve: (body: string) => Promise<WireAnswer>,
  onResponse: (response: unknown) => void,
): FastRequest => {
  const errors: Listener[] = [];
  const closes: Listener[] = [];
  let over = false;

  const close = (): void => {
    over = true;
    for (const listener of closes.splice(0)) listener();
  };
  const listen = (event: string, listener: Listener): FastRequest => {
    if (event === 'error') errors.push(listener);
    else if (event === 'close') closes.push(listener);
    return request;
  };

  const request: FastRequest = {
    socket: SOCKET,
    on: listen,
    once: listen,
    removeListener: () => request,
    end(body) {
      serve(textOf(body)).then(
        (answer) => {
          if (over) return;
          onResponse(responseOf(answer));
          close();
        },
        (error: unknown) => {
          if (over) return;
          for (const listener of errors) listener(error);
          close();
        },
      );
      return request;
    },
    destroy(error) {
      if (over) return request;
      if (error !== undefined) for (const listener of errors) listener(error);
      close();
      return request;
    },
  };
  return request;
};
