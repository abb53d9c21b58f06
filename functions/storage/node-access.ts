import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../../lib/runtime/clock.ts';
import type { StorageNode } from './node.ts';

export interface NodeCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
/** Reads the credentials of a node by the name of their secret. */
export type NodeSecrets = (name: string) => Promise<NodeCredentials>;

/** A node's client as of one pair of credentials. */
export interface Session {
  readonly s3: S3Client;
  readonly credentials: NodeCredentials;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/** The way to one node, with credentials that are read once a minute. */
export interface NodeAccess {
  session(): Promise<Session>;
  /** After a refusal of this session: reads the secret again. False when it says the same. */
  renew(refused: Session): Promise<boolean>;
}

const CREDENTIALS_MS = 60_000;
const CONNECT_MS = 2000;
/** A connection over which nothing goes for so long is given up. */
const IDLE_MS = 15_000;
const CONNECTIONS = 64;

/** What the SDK would write to the console is in the errors that it throws. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const same = (a: NodeCredentials, b: NodeCredentials): boolean =>
  a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey;

export const nodeAccess = (
  node: Pick<StorageNode, 'endpoint' | 'region' | 'pathStyle' | 'secret'>,
  { secrets, now }: { readonly secrets: NodeSecrets; readonly now: Clock },
): NodeAccess => {
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    socketTimeout: IDLE_MS,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  });
  let session: Session | undefined;
  let reading: Promise<Session> | undefined;

  const open = (credentials: NodeCredentials): S3Client =>
    new S3Client({
      endpoint: node.endpoint,
      region: node.region,
      forcePathStyle: node.pathStyle,
      credentials,
      requestHandler,
      maxAttempts: 3,
      logger: silent,
      // Otherwise a signed URL carries the CRC32 of an empty body, and every read is hashed.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });

  const readAgain = async (): Promise<Session> => {
    const credentials = await secrets(node.secret);
    const readAt = now().getTime();
    session =
      session !== undefined && same(session.credentials, credentials)
        ? { ...session, readAt }
        : { s3: open(credentials), credentials, readAt };
    return session;
  };
  const read = (): Promise<Session> => {
    reading ??= readAgain().finally(() => (reading = undefined));
    return reading;
  };
  const isFresh = ({ readAt }: Session): boolean => now().getTime() - readAt < CREDENTIALS_MS;

  return {
    session: async () => (session !== undefined && isFresh(session) ? session : await read()),
    async renew(refused) {
      const current = session !== undefined && session.s3 !== refused.s3 ? session : await read();
      return current.s3 !== refused.s3;
    },
  };
};
