import { isError } from '../../lib/runtime/errors.ts';
import {
  checksumRefused,
  nodeFull,
  nodeRefused,
  nodeUnavailable,
  objectMissing,
  type Bytes,
  type NodeClient,
  type ObjectKey,
  type OpenNode,
  type SignedRequest,
} from '../../functions/storage/node-client.ts';
import { memoryStore, sha256Of, type MemoryStore } from './memory-store.ts';
import { memoryUrls, type UrlGrant } from './memory-urls.ts';

/** What is wrong with a node; changed while it is in use. */
export interface MemoryFaults {
  /** Answers nothing. */
  down: boolean;
  /** Takes no credentials. */
  refuses: boolean;
  /** Has no space, whatever its capacity. */
  full: boolean;
  /** Says that it stored what it did not, or not all of it. */
  lies: 'never' | 'stores-nothing' | 'truncates';
  /** Each call takes so long of the clock's time; more than a caller waits for is no answer. */
  slowMs: number;
  /** Every so many calls one is not answered, and does nothing; 0: none. */
  failsEvery: number;
  /** Every so many calls one is carried out, and its answer is lost; 0: none. */
  losesEvery: number;
  /** Compares what comes with its signed sha256; for parts too. */
  checks: boolean;
  /** Tells the sha256 of what it has. */
  tells: boolean;
}

/** An answer to a signed URL, as HTTP has it. */
export interface MemoryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface MemoryNode {
  /** `memory://name` */
  readonly endpoint: string;
  readonly faults: MemoryFaults;
  /** The access keys that it takes. */
  readonly accessKeys: Set<string>;
  capacityBytes: number;
  /** Of objects and of parts. */
  usedBytes(): number;
  /** What is really there, whatever the node would say. */
  readonly store: MemoryStore;
  /** Its URLs are signed at `now`, the node's time unless it is given. */
  client(accessKey: () => string | Promise<string>, now?: () => Date): NodeClient;
  /** A PUT to a signed URL. Rejects when the node does not answer. */
  send(
    request: Pick<SignedRequest, 'url'>,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<MemoryAnswer>;
  /** A GET of a signed URL. Rejects when the node does not answer. */
  fetch(url: string, range?: { readonly start: number; readonly end: number }): Promise<MemoryAnswer>;
}

/** How long callers wait. */
const PATIENCE_MS = 12_000;
const CHUNK = 64 * 1024;
const NOTHING = new Uint8Array();

const collected = async (bytes: Bytes, size: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  if (!(bytes instanceof Uint8Array)) for await (const chunk of bytes) chunks.push(chunk);
  const whole = bytes instanceof Uint8Array ? bytes : Buffer.concat(chunks);
  if (whole.length !== size) throw checksumRefused(`${whole.length} bytes came, and ${size} were announced.`);
  return whole;
};

const chunksOf = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
};

/** A storage node in memory: what a client asks of one, on a clock that is moved by hand, with faults that are switched. */
export const createMemoryNode = (options: {
  readonly name: string;
  readonly capacityBytes: number;
  readonly now: () => Date;
  /** Lets the clock go on by so many milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<void>;
  readonly accessKeys?: readonly string[];
}): MemoryNode => {
  const { name } = options;
  const endpoint = `memory://${name}`;
  const accessKeys = new Set(options.accessKeys ?? ['key']);
  const faults: MemoryFaults = {
    down: false,
    refuses: false,
    full: false,
    lies: 'never',
    slowMs: 0,
    failsEvery: 0,
    losesEvery: 0,
    checks: true,
    tells: true,
  };
  const now = (): number => options.now().getTime();
  const store = memoryStore(
    () => node.capacityBytes,
    () => now(),
  );
  const urls = memoryUrls(name);
  let calls = 0;

  const noAnswer = (why: string): Error => nodeUnavailable(`The node ${name} does not answer: ${why}.`);
  const isTurn = (every: number): boolean => every > 0 && calls % every === 0;

  /** One call on the node: comes through, or not, as the faults say. */
  const reach = async <Result>(accessKey: string, work: () => Result): Promise<Result> => {
    calls += 1;
    if (faults.slowMs > 0) {
      await options.wait?.(Math.min(faults.slowMs, PATIENCE_MS));
      if (faults.slowMs > PATIENCE_MS) throw noAnswer('it is too slow');
    }
    if (faults.down) throw noAnswer('it is down');
    if (isTurn(faults.failsEvery)) throw noAnswer('the connection broke');
    if (faults.refuses || !accessKeys.has(accessKey)) {
      throw nodeRefused(`The node ${name} does not know the access key ${accessKey}.`);
    }
    const result = work();
    if (isTurn(faults.losesEvery)) throw noAnswer('its answer was lost');
    return result;
  };

  const check = (bytes: Uint8Array, sha256: string): void => {
    if (faults.checks && sha256Of(bytes) !== sha256) throw checksumRefused(`The bytes are not those of ${sha256}.`);
  };
  /** What is kept of bytes that came. */
  const kept = (bytes: Uint8Array): Uint8Array =>
    faults.lies === 'truncates' ? bytes.subarray(0, bytes.length >> 1) : bytes;
  const refuseWhenFull = (size: number): void => {
    if (faults.full && size > 0) throw nodeFull(`The node ${name} is full.`);
  };
  const put = (object: ObjectKey, bytes: Uint8Array, sha256: string, contentType: string): void => {
    check(bytes, sha256);
    refuseWhenFull(bytes.length);
    if (faults.lies !== 'stores-nothing') store.put(object, kept(bytes), contentType);
  };
  const putPart = (
    part: { readonly bucket: string; readonly key: string; readonly multipart: string; readonly number: number },
    bytes: Uint8Array,
    sha256: string,
  ): string => {
    check(bytes, sha256);
    refuseWhenFull(bytes.length);
    store.partsOf(part);
    if (faults.lies === 'stores-nothing') return sha256Of(bytes).slice(0, 32);
    return store.putPart(part, part.number, kept(bytes));
  };

  const client: MemoryNode['client'] = (keyOf, signer = options.now) => {
    const call = async <Result>(work: () => Result): Promise<Result> => await reach(await keyOf(), work);
    const until = (seconds: number): number => signer().getTime() + seconds * 1000;
    return {
      ensureBucket: (bucket) => call(() => store.ensureBucket(bucket)),
      removeBucket: (bucket) => call(() => store.removeBucket(bucket)),
      listBuckets: () => call(() => [...store.buckets.keys()].sort()),

      async signPut({ seconds, bucket, key, size, sha256, contentType }) {
        const accessKey = await keyOf();
        const grant = {
          kind: 'put',
          bucket,
          key,
          size,
          sha256,
          contentType,
          accessKey,
          until: until(seconds),
        } as const;
        return {
          method: 'PUT',
          url: urls.sign(grant),
          headers: { 'content-length': String(size), 'content-type': contentType, 'x-amz-checksum-sha256': sha256 },
        };
      },
      async signPart({ seconds, bucket, key, multipart, number, size, sha256 }) {
        const accessKey = await keyOf();
        const grant = { bucket, key, multipart, number, size, sha256, accessKey, until: until(seconds) } as const;
        return {
          method: 'PUT',
          url: urls.sign({ kind: 'part', ...grant }),
          headers: { 'content-length': String(size), 'x-amz-checksum-sha256': sha256 },
        };
      },
      async signGet({ seconds, bucket, key, contentType, disposition }) {
        const grant = {
          bucket,
          key,
          contentType,
          disposition,
          accessKey: await keyOf(),
          until: until(seconds),
        } as const;
        return urls.sign({ kind: 'get', ...grant });
      },

      async put({ bucket, key, size, sha256, contentType, body }) {
        const bytes = await collected(body, size);
        await call(() => put({ bucket, key }, bytes, sha256, contentType));
      },
      read: ({ bucket, key, range }) => call(() => chunksOf(store.read({ bucket, key }, range).bytes)),
      head: (object) =>
        call(() => {
          const found = store.find(object);
          return found === undefined
            ? undefined
            : { size: found.bytes.length, sha256: faults.tells ? found.sha256 : null };
        }),
      remove: (object) => call(() => store.remove(object)),

      beginMultipart: ({ bucket, key, contentType }) => call(() => store.begin({ bucket, key }, contentType)),
      async putPart(part) {
        const bytes = await collected(part.body, part.size);
        return await call(() => ({ etag: putPart(part, bytes, part.sha256) }));
      },
      listParts: ({ after = 0, ...multipart }) =>
        call(() => {
          const left = store.partsOf(multipart).filter(([number]) => number > after);
          const parts = left.slice(0, 1000).map(([number, { bytes, etag, sha256 }]) => ({
            number,
            size: bytes.length,
            etag,
            sha256: faults.tells ? sha256 : null,
          }));
          return { parts, next: left.length > 1000 ? (parts.at(-1)?.number ?? null) : null };
        }),
      completeMultipart: ({ parts, ...multipart }) =>
        call(() => {
          if (faults.lies === 'stores-nothing') return store.abort(multipart);
          // Of parts that it truncated, a liar says that they are what came.
          store.complete(
            multipart,
            faults.lies === 'truncates'
              ? store.partsOf(multipart).map(([number, part]) => ({ number, ...part }))
              : parts,
            faults.checks,
          );
        }),
      abortMultipart: (multipart) => call(() => store.abort(multipart)),
      listObjects: ({ bucket, after = '', limit }) =>
        call(() => {
          const { objects, more } = store.list(bucket, after, limit);
          return { objects, next: more ? (objects.at(-1)?.key ?? null) : null };
        }),
      listMultiparts: (bucket) =>
        call(() =>
          [...(store.buckets.get(bucket)?.multiparts ?? [])].map(([multipart, { key }]) => ({ key, multipart })),
        ),
      time: () => call(() => options.now()),
    };
  };

  const answer = (
    status: number,
    body: Uint8Array = NOTHING,
    headers: Readonly<Record<string, string>> = {},
  ): MemoryAnswer => ({
    status,
    headers,
    body,
  });
  /** What HTTP says of the port's errors; no answer is none here too. */
  const answered = async (work: () => Promise<MemoryAnswer>): Promise<MemoryAnswer> => {
    try {
      return await work();
    } catch (error) {
      if (isError(error, checksumRefused)) return answer(400);
      if (isError(error, nodeRefused)) return answer(403);
      if (isError(error, nodeFull)) return answer(507);
      if (isError(error, objectMissing) || (error instanceof Error && error.name.endsWith('_missing')))
        return answer(404);
      throw error;
    }
  };
  const grantOf = <Kind extends UrlGrant['kind']>(url: string, kinds: readonly Kind[]) => {
    const grant = urls.read(url);
    const isOf = (found: UrlGrant): found is Extract<UrlGrant, { kind: Kind }> =>
      kinds.some((kind) => kind === found.kind);
    return grant !== undefined && isOf(grant) && now() <= grant.until ? grant : undefined;
  };

  const node: MemoryNode = {
    endpoint,
    faults,
    accessKeys,
    capacityBytes: options.capacityBytes,
    usedBytes: store.usedBytes,
    store,
    client,
    send: ({ url }, body, headers) =>
      answered(async () => {
        const grant = grantOf(url, ['put', 'part']);
        // A signature covers the headers too.
        const covered =
          grant !== undefined &&
          body.length === grant.size &&
          headers['x-amz-checksum-sha256'] === grant.sha256 &&
          (grant.kind === 'part' || headers['content-type'] === grant.contentType);
        if (!covered) return await reach([...accessKeys][0] ?? '', () => answer(403));
        return await reach(grant.accessKey, () => {
          if (grant.kind === 'part') return answer(200, NOTHING, { etag: putPart(grant, body, grant.sha256) });
          put(grant, body, grant.sha256, grant.contentType);
          return answer(200);
        });
      }),
    fetch: (url, range) =>
      answered(async () => {
        const grant = grantOf(url, ['get']);
        if (grant === undefined) return await reach([...accessKeys][0] ?? '', () => answer(403));
        return await reach(grant.accessKey, () => {
          const { bytes } = store.read(grant, range);
          const headers = { 'content-type': grant.contentType, 'content-disposition': grant.disposition };
          return answer(range === undefined ? 200 : 206, bytes, { ...headers, 'content-length': String(bytes.length) });
        });
      }),
  };
  return node;
};

/** Opens memory nodes by their endpoints; the access key is read with each call. */
export const openMemoryNodes =
  (
    nodes: readonly MemoryNode[],
    secrets: (name: string) => Promise<{ readonly accessKeyId: string }> = async () => ({ accessKeyId: 'key' }),
  ): OpenNode =>
  ({ endpoint, secret }) => {
    const node = nodes.find((each) => each.endpoint === endpoint);
    if (node === undefined) throw nodeUnavailable(`There is no node at ${endpoint}.`);
    return node.client(async () => (await secrets(secret)).accessKeyId);
  };
