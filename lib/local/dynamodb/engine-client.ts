import { leanHttp } from '../lean-http.ts';

export interface EngineAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** Sends one operation of the DynamoDB API; `body` is JSON text. Rejects when there is no whole answer. */
export interface EngineClient {
  send(operation: string, body: string): Promise<EngineAnswer>;
  close(): void;
}

/** A client of the engine, which looks at no signature. */
export const createEngineClient = (options: {
  readonly port: number;
  readonly host?: string;
  readonly connections?: number;
}): EngineClient => {
  const host = options.host ?? '127.0.0.1';
  const http = leanHttp({ host, port: options.port, connections: options.connections ?? 16 });
  const heads = new Map<string, string>();

  const headOf = (operation: string): string => {
    const known = heads.get(operation);
    if (known !== undefined) return known;
    const target = operation.includes('.') ? operation : `DynamoDB_20120810.${operation}`;
    const head =
      `POST / HTTP/1.1\r\nhost: ${host}:${options.port}\r\nx-amz-target: ${target}\r\n` +
      'content-type: application/x-amz-json-1.0\r\nx-amz-date: 20200101T000000Z\r\n' +
      'authorization: AWS4-HMAC-SHA256 Credential=local/20200101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local\r\n';
    heads.set(operation, head);
    return head;
  };

  return {
    send: (operation, body) => http.send(headOf(operation), body),
    close: () => http.close(),
  };
};
