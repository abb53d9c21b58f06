import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * A lean HTTP/1.1 client of one server that answers with a content-length: kept-alive connections with one request at a
 * time each, no header parsing beyond status and length. Through `node:http` the same request costs three times as much.
 */
export interface LeanHttp {
  /**
   * @param head the request line and all headers but the length, each ended by CRLF
   * Rejects when there is no whole answer.
   */
  send(head: string, body: string): Promise<HttpAnswer>;
  close(): void;
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One keep-alive connection with at most one request under way. */
interface Connection {
  send(head: string, body: string, waiting: Waiting): void;
  destroy(): void;
}

const closedError = (): Error => new Error('The client is closed');

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
/** Most answers fit; a larger one comes in several pieces. */
const READ_BYTES = 32_768;

const openConnection = (
  port: number,
  host: string,
  freed: (connection: Connection, usable: boolean) => void,
): Connection => {
  let waiting: Waiting | undefined;
  let chunks: Buffer[] = [];
  let received = 0;
  let expected = -1;
  let bodyStart = 0;
  let status = 0;
  // Read into one buffer that is reused: a stream of chunks costs as much as the rest of the call.
  const socket: Socket = connect({
    port,
    host,
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (bytes, buffer) => {
        take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
        return true;
      },
    },
  });

  const fail = (error: Error): void => {
    socket.destroy();
    const failed = waiting;
    waiting = undefined;
    freed(connection, false);
    failed?.reject(error);
  };

  const readHead = (): boolean => {
    const start = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    chunks = [start];
    const end = start.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = start.toString('latin1', 0, end);
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined) {
      fail(new Error('The server sent an answer without a length'));
      return false;
    }
    status = Number(head.slice(9, 12));
    bodyStart = end + HEAD_END.length;
    expected = bodyStart + Number(length);
    return true;
  };

  /** `piece` is only good until the next one comes: what is kept of it is copied. */
  const take = (piece: Buffer): void => {
    if (waiting === undefined) return fail(new Error('The server sent more than was asked for'));
    chunks.push(piece);
    received += piece.length;
    if ((expected < 0 && !readHead()) || received < expected) {
      const last = chunks.pop();
      if (last !== undefined) chunks.push(Buffer.from(last));
      return;
    }
    const whole = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    const body = whole.toString('utf8', bodyStart, expected);
    const done = waiting;
    waiting = undefined;
    chunks = [];
    received = 0;
    expected = -1;
    freed(connection, true);
    done.resolve({ status, body });
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed the connection')));

  const connection: Connection = {
    send(head, body, next) {
      waiting = next;
      socket.write(`${head}content-length: ${Buffer.byteLength(body)}${HEAD_END}${body}`);
    },
    destroy: () => void socket.destroy(),
  };
  return connection;
};

export const leanHttp = (options: {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
}): LeanHttp => {
  const idle: Connection[] = [];
  const open = new Set<Connection>();
  const queue: { readonly head: string; readonly body: string; readonly waiting: Waiting }[] = [];
  let closed = false;

  const freed = (connection: Connection, usable: boolean): void => {
    if (!usable) {
      open.delete(connection);
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1);
    } else if (queue.length === 0) {
      idle.push(connection);
      return;
    }
    const next = queue.shift();
    if (next === undefined) return;
    if (closed) next.waiting.reject(closedError());
    else if (usable) connection.send(next.head, next.body, next.waiting);
    else dispatch(next.head, next.body, next.waiting);
  };

  const dispatch = (head: string, body: string, waiting: Waiting): void => {
    const free = idle.pop();
    if (free !== undefined) return free.send(head, body, waiting);
    if (open.size >= options.connections) return void queue.push({ head, body, waiting });
    const made = openConnection(options.port, options.host, freed);
    open.add(made);
    made.send(head, body, waiting);
  };

  return {
    send: (head, body) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closedError());
        dispatch(head, body, { resolve, reject });
      }),
    close() {
      closed = true;
      for (const { waiting } of queue.splice(0)) waiting.reject(closedError());
      for (const connection of open) connection.destroy();
    },
  };
};
