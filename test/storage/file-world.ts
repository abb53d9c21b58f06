import { createHash } from 'node:crypto';
import { abortUpload } from '../../functions/storage/abort-upload.ts';
import { type BeginDeps, beginUpload, type Wish } from '../../functions/storage/begin-upload.ts';
import { bucketOf } from '../../functions/storage/buckets.ts';
import { Reserve } from '../../functions/storage/calls.ts';
import { completeUpload } from '../../functions/storage/complete-upload.ts';
import { createUpload } from '../../functions/storage/create-upload.ts';
import { deleteFile } from '../../functions/storage/delete-file.ts';
import { downloadFile } from '../../functions/storage/download-file.ts';
import { dynamoFiles } from '../../functions/storage/dynamo-file-store.ts';
import { dynamoQuotas } from '../../functions/storage/dynamo-quotas.ts';
import { dynamoSpace } from '../../functions/storage/dynamo-space-store.ts';
import { bucketEnsurer } from '../../functions/storage/ensure-bucket.ts';
import { dynamoFetchJobs } from '../../functions/storage/fetch-job.ts';
import { getFile } from '../../functions/storage/get-file.ts';
import { getPublicFile } from '../../functions/storage/get-public-file.ts';
import { getUpload } from '../../functions/storage/get-upload.ts';
import { fileId, nodeId, type NodeId, placementId, uploadId } from '../../functions/storage/ids.ts';
import { DUE, objectKey, PUBLIC } from '../../functions/storage/keys.ts';
import { listFiles } from '../../functions/storage/list-files.ts';
import { listVersions } from '../../functions/storage/list-versions.ts';
import { DEFAULT_LIFETIMES, type StorageNode } from '../../functions/storage/node.ts';
import { publicOwners } from '../../functions/storage/public-owners.ts';
import { recentNodes } from '../../functions/storage/recent-nodes.ts';
import { restoreVersion } from '../../functions/storage/restore-version.ts';
import { signParts } from '../../functions/storage/sign-parts.ts';
import { secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { type TenantCaller, type TenantId, tenantId } from '../../lib/runtime/tenant.ts';
import { createMemoryNode, type MemoryNode, openMemoryNodes } from '../../prove/storage/memory-node.ts';
import { memoryTable } from '../fixtures/memory-table.ts';

export const START = new Date('2026-03-01T10:00:00.000Z');
export const sha256Of = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const SHOP = tenantId.derive('shop');
export const OTHER = tenantId.derive('other');

const idOf = (id: string) => uploadId.schema.parse(id);
const fileOf = (id: string) => fileId.schema.parse(id);

const callerOf = (tenant: TenantId) => ({
  kind: 'secret' as const,
  actorId: 'key_1',
  credentialId: 'key_1',
  permissions: ['storage:read' as const, 'storage:write' as const],
  tenant,
  tenantStatus: 'active' as const,
  settings: {
    country: 'DE',
    currencies: ['EUR'],
    locales: ['de'],
    timeZone: 'Europe/Berlin',
    taxMode: 'inclusive' as const,
    capture: 'now' as const,
    orderPrefix: 'A-',
  },
});

/** What `api()` adds to every request. */
const requestBy = <Caller extends TenantCaller>(caller: Caller) => ({
  caller,
  guestToken: undefined,
  traceId: 'trace-1',
  requestId: 'request-1',
  sourceIp: '192.0.2.1',
});

const nodeAs = (memory: MemoryNode, name: string): StorageNode => ({
  id: nodeId.derive(name),
  name,
  endpoint: memory.endpoint,
  region: 'eu',
  zone: 'a',
  pool: 'main',
  pathStyle: true,
  secret: 'a',
  capacityBytes: memory.capacityBytes,
  weight: 100,
  lifetimes: DEFAULT_LIFETIMES,
  state: 'active',
  before: null,
  epoch: 1,
  capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
  report: null,
  accepting: true,
  failures: 0,
  drain: null,
  activatedAt: toInstant(START),
  createdAt: toInstant(START),
  updatedAt: toInstant(START),
});

/** A shop's files on two nodes, all in memory, behind the very conditions of the table. The first node is always tried first. */
export const fileWorld = async (
  over?: { readonly client: DynamoDb; readonly name: string },
  facts: Partial<StorageNode> = {},
) => {
  let moment = START.getTime();
  const now = () => new Date(moment);
  const { client, name: table } = over ?? memoryTable({ systemIndexes: [DUE, PUBLIC] });
  const space = dynamoSpace({ client, table, random: () => 0.5 });
  const files = dynamoFiles(tenantDb(client, table));
  const jobs = dynamoFetchJobs(tenantDb(client, table));
  const nodes = ['one', 'two'].map((name) => createMemoryNode({ name, capacityBytes: 10_000_000, now }));
  const stored = nodes.map((memory, index) => ({ ...nodeAs(memory, `node-${index}`), ...facts }));
  for (const node of stored) await space.createNode(node, 'hash');
  const openNode = openMemoryNodes(nodes);
  const reported: NodeId[] = [];
  let placements = 0;

  /** The selector's part, as plain as can be: the first node that has not failed. */
  const reserve: BeginDeps['reserve'] = async ({ tenant = SHOP }, wire) => {
    const input = Reserve.input.parse(wire);
    for (const node of stored.filter(({ id }) => !input.except.includes(id))) {
      placements += 1;
      const placement = placementId.derive(String(placements));
      const { fileId, number, uploadId, size } = input;
      const place = {
        placementId: placement,
        nodeId: node.id,
        bucket: bucketOf('test', tenant, node.id),
        key: objectKey(fileId, number, placement),
      };
      const createdAt = toInstant(now());
      const { uploadId: id, except: _, ...rest } = input;
      const ends = secondsAfter(now(), input.parts > 0 ? 86_400 : node.lifetimes.putSeconds);
      const upload = {
        ...rest,
        id,
        state: 'open' as const,
        place,
        multipart: null,
        urlsEndAt: input.parts > 0 ? createdAt : ends,
        expiresAt: ends,
        createdAt,
        traceId: 'trace-1',
      };
      const answer = await space.reserve(
        {
          ...place,
          tenant,
          fileId,
          version: number,
          bytes: size,
          uploadId,
          from: null,
          multipart: null,
          state: 'live',
          dueAt: null,
          createdAt,
        },
        upload,
      );
      if (answer.status === 'quota_exceeded') return answer;
      if (answer.status === 'reserved')
        return { status: 'reserved', upload: { ...upload, quotaDraws: [...answer.quotaDraws] }, replayed: false };
    }
    return { status: 'no_space', detail: 'No storage node has room.' };
  };

  const deps = {
    files,
    jobs,
    space,
    reserve,
    node: recentNodes(space, now),
    openNode,
    ensureBucket: bucketEnsurer(files, openNode),
    reportFailure: async (id: NodeId) => {
      reported.push(id);
    },
    ownerOf: publicOwners(client, table),
    now,
  };
  const begin = beginUpload(deps);
  let keys = 0;
  const newKey = () => `key-${(keys += 1)}`;

  const as = (tenant: TenantId) => {
    const request = requestBy(callerOf(tenant));
    const nothing = {
      params: undefined,
      query: undefined,
      body: undefined,
      idempotency: undefined,
      ifMatch: undefined,
    };
    const idempotencyOf = (key: string, body: unknown) => ({
      key,
      scope: `${tenant} ${key}`,
      requestHash: sha256Of(JSON.stringify(body)),
    });
    type Body = Parameters<ReturnType<typeof createUpload>>[0]['body'];
    return {
      announce: (
        body: Pick<Body, 'path' | 'size'> & Partial<Body>,
        options: { readonly key?: string; readonly ifMatch?: number } = {},
      ) => {
        const whole = { contentType: 'image/png', visibility: 'private' as const, sha256: undefined, ...body };
        return createUpload(deps)({
          ...request,
          ...nothing,
          body: whole,
          idempotency: idempotencyOf(options.key ?? newKey(), whole),
          ifMatch: options.ifMatch,
        });
      },
      sign: (uploadId: string, parts: readonly { readonly number: number; readonly sha256: string }[]) =>
        signParts(deps)({ ...request, ...nothing, params: { uploadId: idOf(uploadId) }, body: { parts: [...parts] } }),
      upload: (uploadId: string) => getUpload(deps)({ ...request, ...nothing, params: { uploadId: idOf(uploadId) } }),
      abort: (uploadId: string) => abortUpload(deps)({ ...request, ...nothing, params: { uploadId: idOf(uploadId) } }),
      complete: (uploadId: string) =>
        completeUpload(deps)({ ...request, ...nothing, params: { uploadId: idOf(uploadId) } }),
      list: (query: { prefix?: string; delimiter?: '/'; limit?: number; cursor?: string } = {}) =>
        listFiles(deps)({
          ...request,
          ...nothing,
          query: { prefix: '', delimiter: undefined, limit: 20, cursor: undefined, ...query },
        }),
      file: (id: string) => getFile(deps)({ ...request, ...nothing, params: { fileId: fileOf(id) } }),
      remove: (id: string, ifMatch?: number) =>
        deleteFile(deps)({ ...request, ...nothing, params: { fileId: fileOf(id) }, ifMatch }),
      versions: (id: string) => listVersions(deps)({ ...request, ...nothing, params: { fileId: fileOf(id) } }),
      restore: (id: string, number: number, ifMatch: number) =>
        restoreVersion(deps)({ ...request, ...nothing, params: { fileId: fileOf(id) }, body: { number }, ifMatch }),
      download: (id: string, version?: number) =>
        downloadFile(deps)({
          ...request,
          ...nothing,
          params: { fileId: fileOf(id) },
          query: { version, disposition: undefined },
        }),
    };
  };
  const shop = as(SHOP);
  const wholeOf = (url: string) => nodes.find(({ endpoint }) => url.startsWith(endpoint));

  return {
    ...deps,
    client,
    table,
    nodes,
    stored,
    reported,
    idOf,
    as,
    shop,
    begin: (wish: Partial<Wish> & Pick<Wish, 'path' | 'size'>) =>
      begin({
        tenant: SHOP,
        scope: newKey(),
        overwrites: undefined,
        sha256: null,
        contentType: 'image/png',
        visibility: 'private',
        plan: { parts: 0, partSize: 0 },
        requestHash: 'hash',
        actor: { type: 'system', id: 'test' },
        traceId: 'trace-1',
        ...wish,
      }),
    pass: (seconds: number): void => {
      moment += seconds * 1000;
    },
    /** PUTs to a signed URL; answers the status. */
    send: async (signed: { readonly url: string; readonly headers: Readonly<Record<string, string>> }, bytes: string) =>
      (await wholeOf(signed.url)?.send(signed, Buffer.from(bytes), signed.headers))?.status,
    /** What a redirect leads to. */
    follow: async (answer: { readonly location?: string | undefined }) => {
      const { location = '' } = answer;
      const got = await wholeOf(location)?.fetch(location);
      return { status: got?.status, headers: got?.headers, text: Buffer.from(got?.body ?? []).toString() };
    },
    readPublic: (id: string, name = 'any.png') =>
      getPublicFile(deps)({
        caller: undefined,
        query: undefined,
        body: undefined,
        idempotency: undefined,
        ifMatch: undefined,
        guestToken: undefined,
        traceId: 'trace-1',
        requestId: 'request-1',
        sourceIp: '192.0.2.1',
        params: { fileId: fileOf(id), name },
      }),
    quota: async (tenant = SHOP) => {
      const quota = await dynamoQuotas(tenantDb(client, table)(tenant)).read();
      return { bytes: quota?.takenBytes ?? 0, files: quota?.files ?? 0 };
    },
    setQuota: async (quotaBytes: number) => {
      const quotas = dynamoQuotas(tenantDb(client, table)(SHOP));
      await quotas.change(await quotas.ensure(), { quotaBytes });
    },
    /** Uploads a file in one request, and completes it. */
    put: async (
      path: string,
      text: string,
      options: { ifMatch?: number; visibility?: 'public'; contentType?: string } = {},
    ) => {
      const { ifMatch, ...more } = options;
      const { body } = await shop.announce(
        { path, size: Buffer.byteLength(text), sha256: sha256Of(text), ...more },
        ifMatch === undefined ? {} : { ifMatch },
      );
      if (!('url' in body)) throw new Error('The upload got no URL');
      const signed = { url: body.url, headers: body.headers };
      await wholeOf(signed.url)?.send(signed, Buffer.from(text), signed.headers);
      return (await shop.complete(body.id)).body;
    },
  };
};
export type FileWorld = Awaited<ReturnType<typeof fileWorld>>;
