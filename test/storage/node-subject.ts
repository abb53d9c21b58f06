import { createHash } from 'node:crypto';
import type { NodeCredentials, NodeSecrets } from '../../functions/storage/node-access.ts';
import type { NodeClient, SignedRequest } from '../../functions/storage/node-client.ts';
import { nodeId } from '../../functions/storage/ids.ts';
import { openNodes } from '../../functions/storage/s3-node-client.ts';

/** What came back from a signed URL. */
export interface Answer {
  readonly status: number;
  header(name: string): string | null;
  readonly bytes: Uint8Array;
}

export interface Opening {
  readonly secrets?: NodeSecrets;
  readonly region?: string;
  /** When its URLs are signed. */
  readonly now?: () => Date;
}

/** A node under the contract: how it is opened, and how its signed URLs are used. */
export interface NodeSubject {
  readonly credentials: NodeCredentials;
  open(opening?: Opening): NodeClient;
  /** A PUT of these bytes; headers are those of the request unless others are given. */
  send(request: SignedRequest, body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  fetch(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A client of this or such a node, in which a bucket takes 1 MiB and no 5 MiB more; absent where none can be had. */
  readonly full?: (bucket: string) => Promise<NodeClient>;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  header: (name) => response.headers.get(name),
  bytes: new Uint8Array(await response.arrayBuffer()),
});

/** A node behind HTTP, through the client of the product. */
export const httpSubject = (node: {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: NodeCredentials;
  readonly full?: NodeSubject['full'];
}): NodeSubject => ({
  credentials: node.credentials,
  open: ({ secrets = async () => node.credentials, region = node.region, now = () => new Date() } = {}) =>
    openNodes({ secrets, now })({
      id: nodeId.derive(node.endpoint),
      endpoint: node.endpoint,
      region,
      pathStyle: true,
      secret: 'node',
    }),
  // The length is the body's, as in a browser, which lets nobody set it.
  send: async (request, body, headers = request.headers) => {
    const { 'content-length': _length, ...sent } = headers;
    return answerOf(await fetch(request.url, { method: 'PUT', headers: sent, body: new Uint8Array(body) }));
  },
  fetch: async (url, headers = {}) => answerOf(await fetch(url, { headers })),
  ...(node.full === undefined ? {} : { full: node.full }),
});
