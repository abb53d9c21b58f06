import { createServer } from 'node:http';
import { systemClock, type Clock } from '../clock.ts';
import type { Log } from '../contracts.ts';
import { listen } from '../listen.ts';
import { verifyCaller } from '../s3/caller.ts';
import type { CorsRule } from '../s3/cors.ts';
import { document, NAMESPACE, s3Handler, XML, type Exchange } from '../s3/exchange.ts';
import { listDocument, listRequest } from '../s3/listing.ts';
import { deleteObjects, sendBuckets, sendObject } from '../s3/object-exchange.ts';
import { acceptWrite, keptHeaders } from '../s3/object-headers.ts';
import type { StoredObject } from '../s3/object-store.ts';
import { checkKey, noSuchKey, s3Error } from '../s3/s3-error.ts';
import { readRequest, type S3Operation } from '../s3/s3-request.ts';
import { multipartOperations } from './multipart-operations.ts';
import { isAnswered, noFaults, type NodeFaults } from './node-faults.ts';
import { nodeOperation, type NodeOperation } from './node-operations.ts';
import { openNodeStore } from './node-store.ts';
import { bodyTaker } from './take-body.ts';

type Operation = Exclude<S3Operation, 'Preflight'> | NodeOperation;

export interface NodeKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface LocalStorageNode {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly faults: NodeFaults;
  /** Of objects and of parts, those that are just coming in included. */
  usedBytes(): number;
  /** The keys that are taken from now on; several, so that they can be changed one after the other. */
  setCredentials(keys: readonly NodeKey[]): void;
  stop(): Promise<void>;
}

const OWNER = 'storage-node';
/** Browsers upload to nodes by signed URLs; who may is in the URL. */
const CORS: readonly CorsRule[] = [
  {
    AllowedOrigins: ['*'],
    AllowedMethods: ['GET', 'HEAD', 'PUT'],
    AllowedHeaders: ['*'],
    ExposedHeaders: ['etag', 'content-range', 'content-length'],
    MaxAge: 3600,
  },
];

/**
 * A storage node on a port of its own, as any S3-compatible store is: buckets, objects, multipart uploads, checksums,
 * signed URLs, in one directory that outlives it, up to a capacity in bytes.
 */
export const startStorageNode = async (options: {
  readonly directory: string;
  readonly capacityBytes: number;
  readonly credentials: readonly NodeKey[];
  /** 0, a free one, unless it is given. */
  readonly port?: number;
  /** `us-east-1` unless it is given. */
  readonly region?: string;
  readonly log: Log;
  readonly clock?: Clock;
}): Promise<LocalStorageNode> => {
  const { region = 'us-east-1', clock = systemClock, log } = options;
  const store = openNodeStore(options.directory, options.capacityBytes);
  const { buckets, objects, multiparts, capacity } = store;
  const faults = noFaults();
  const takeBody = bodyTaker(store, faults);
  const now = (): number => clock.now();
  let keys = new Map<string, string>();
  const setCredentials = (known: readonly NodeKey[]): void => {
    keys = new Map(known.map(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey]));
  };
  setCredentials(options.credentials);

  const find = (accessKeyId: string) => {
    const secretAccessKey = keys.get(accessKeyId);
    return secretAccessKey === undefined ? undefined : { secretAccessKey, sessionToken: '' };
  };
  const objectOf = ({ request }: Exchange): StoredObject => {
    buckets.check(request.bucket);
    const object = objects.get(request.bucket, request.key);
    if (object === undefined) throw noSuchKey();
    return object;
  };
  const remove = async (bucket: string, key: string): Promise<void> => {
    capacity.free((await objects.remove(bucket, key))?.size ?? 0);
  };

  const operations: Readonly<Record<Operation, (exchange: Exchange) => Promise<void>>> = {
    ...multipartOperations(store, takeBody, now),
    async ListBuckets(exchange) {
      sendBuckets(exchange, OWNER, buckets.list());
    },
    async CreateBucket(exchange) {
      const { bucket } = exchange.request;
      await buckets.create(bucket, now());
      exchange.send(200, { location: `/${bucket}` });
    },
    async DeleteBucket(exchange) {
      const { bucket } = exchange.request;
      await buckets.remove(bucket, () => objects.list(bucket, '', '', 1).length === 0);
      for (let open = multiparts.list(bucket, '', '', 1); open.length > 0; open = multiparts.list(bucket, '', '', 1)) {
        for (const multipart of open) await store.discard(multipart);
      }
      exchange.send(204, {});
    },
    async HeadBucket(exchange) {
      buckets.check(exchange.request.bucket);
      exchange.send(200, { 'x-amz-bucket-region': region });
    },
    async GetBucketLocation(exchange) {
      buckets.check(exchange.request.bucket);
      exchange.send(200, XML, document(`<LocationConstraint ${NAMESPACE}>${region}</LocationConstraint>`));
    },
    async ListObjectsV2(exchange) {
      const { bucket, query } = exchange.request;
      buckets.check(bucket);
      exchange.send(200, XML, document(listDocument(objects, bucket, listRequest(query), OWNER)));
    },
    GetObject: async (exchange) => await sendObject(exchange, objectOf(exchange), true),
    HeadObject: async (exchange) => await sendObject(exchange, objectOf(exchange), false),
    async PutObject(exchange) {
      const { bucket, key, headers } = exchange.request;
      buckets.check(bucket);
      checkKey(key);
      const { told } = await takeBody(exchange, async (body) => {
        let replaced = 0;
        await objects.put(bucket, key, body, { headers: keptHeaders(headers), modifiedAt: now() }, (known) => {
          buckets.check(bucket);
          acceptWrite(known, headers);
          replaced = known?.size ?? 0;
        });
        return replaced;
      });
      exchange.send(200, { etag: `"${told.md5}"`, 'x-amz-checksum-sha256': told.sha256 });
    },
    async DeleteObject(exchange) {
      const { bucket, key } = exchange.request;
      buckets.check(bucket);
      await remove(bucket, key);
      exchange.send(204, {});
    },
    async DeleteObjects(exchange) {
      const { bucket } = exchange.request;
      buckets.check(bucket);
      await deleteObjects(exchange, objects.incoming, (key) => remove(bucket, key));
    },
  };

  const answer = async (exchange: Exchange<Operation>): Promise<void> => {
    const { request } = exchange;
    const { signature } = verifyCaller(find, request, now());
    const signedFor = signature.scope.split('/')[1] ?? '';
    if (signedFor !== region) {
      const message = `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${region}'`;
      throw s3Error('AuthorizationHeaderMalformed', message, 400);
    }
    await operations[request.operation](exchange);
  };
  const handle = s3Handler<Operation>({
    log,
    read: (incoming) => readRequest(incoming, nodeOperation),
    corsOf: () => CORS,
    answer,
  });
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    isAnswered(faults, incoming, clock)
      .then(async (answered) => (answered ? await handle(incoming, response) : undefined))
      .catch((error: unknown) => {
        log.write({ source: 'cloud', level: 'error', message: `Storage node: ${String(error)}` });
        response.destroy();
      });
  });
  const what = { port: options.port ?? 0, what: 'The storage node', option: 'its port' };
  const endpoint = await listen(server, what);
  return {
    endpoint,
    faults,
    usedBytes: () => capacity.usedBytes,
    setCredentials,
    async stop() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await store.close();
    },
  };
};
