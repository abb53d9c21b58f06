import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { join } from 'node:path';
import { bucketOf } from '../functions/storage/buckets.ts';
import { dynamoQuotas } from '../functions/storage/dynamo-quotas.ts';
import { dynamoSpace } from '../functions/storage/dynamo-space-store.ts';
import type { Placement, Upload } from '../functions/storage/model.ts';
import { fileId, type NodeId, placementId, uploadId } from '../functions/storage/ids.ts';
import { DUE, objectKey } from '../functions/storage/keys.ts';
import type { StorageNode } from '../functions/storage/node.ts';
import { selectNode } from '../functions/storage/selector.ts';
import { startEngine } from '../lib/local/dynamodb/engine-process.ts';
import { dynamoDbOver } from '../lib/runtime/clients/dynamodb.ts';
import { secondsAfter, toInstant } from '../lib/runtime/clock.ts';
import { tenantDb } from '../lib/runtime/db.ts';
import { type TenantId, tenantId } from '../lib/runtime/tenant.ts';
import { exampleNode, seededRandom } from './storage-spread.ts';

const TIB = 1024 ** 4;

/** Choices a second among so many nodes, all of which could take the object: the slowest case. */
export const decisionsPerSecond = (nodes: number, seconds: number): number => {
  const now = new Date();
  const all = Array.from({ length: nodes }, (_, index) => exampleNode(index, TIB, toInstant(now)));
  const surroundings = { now, random: seededRandom(1) };
  const wanted = { bytes: 1_000_000, pool: 'main', except: new Set<NodeId>() };
  const run = (until: number): number => {
    let done = 0;
    while (performance.now() < until) {
      selectNode(all, wanted, surroundings);
      done += 1;
    }
    return done;
  };
  run(performance.now() + 500);
  const started = performance.now();
  return run(started + seconds * 1000) / ((performance.now() - started) / 1000);
};

const SYSTEM = { type: 'system', id: 'bench' } as const;

/** The reservation of an upload of a megabyte. */
const wantedOn = (
  node: StorageNode,
  tenant: TenantId,
): { readonly placement: Omit<Placement, 'draws'>; readonly upload: Omit<Upload, 'quotaDraws'> } => {
  const [file, id, placement] = [fileId.random(), uploadId.random(), placementId.random()];
  const [bytes, now] = [1_000_000, new Date()];
  const createdAt = toInstant(now);
  const place = {
    placementId: placement,
    nodeId: node.id,
    bucket: bucketOf('bench', tenant, node.id),
    key: objectKey(file, 1, placement),
  };
  const common = { fileId: file, multipart: null, createdAt };
  return {
    placement: {
      ...place,
      ...common,
      tenant,
      version: 1,
      bytes,
      uploadId: id,
      from: null,
      state: 'live',
      dueAt: null,
    },
    upload: {
      ...common,
      id,
      state: 'open',
      number: 1,
      path: id,
      expects: 0,
      size: bytes,
      sha256: null,
      contentType: 'application/octet-stream',
      visibility: 'private',
      parts: 0,
      partSize: 0,
      place,
      urlsEndAt: secondsAfter(now, 3600),
      expiresAt: secondsAfter(now, 3600),
      requestHash: 'bench',
      actor: SYSTEM,
      traceId: 'bench',
    },
  };
};

const GRANT_CLIENTS = 32;

/**
 * Reservations a second, each a transaction of a placement, an upload, a slice of a node and a slice of a quota, by 32
 * clients on three nodes and three tenants; on an engine of its own, with its data on disk.
 */
export const grantsPerSecond = async (directory: string, seconds: number): Promise<number> => {
  const engine = await startEngine(join(directory, 'grants.db'), () => undefined);
  const endpoint = `http://127.0.0.1:${engine.port}`;
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const region = 'eu-central-1';
  const sdk = new DynamoDBClient({ region, endpoint, credentials });
  const client = dynamoDbOver({ region, endpoint, credentials: () => credentials });
  const key = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ];
  try {
    const table = 'grants';
    await sdk.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk', DUE.partition, DUE.sort].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        KeySchema: key('pk', 'sk'),
        GlobalSecondaryIndexes: [
          {
            IndexName: DUE.name,
            KeySchema: key(DUE.partition, DUE.sort),
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      }),
    );
    const space = dynamoSpace({ client, table, random: Math.random });
    const nodes = [0, 1, 2].map((index) => exampleNode(index, TIB, toInstant(new Date())));
    for (const node of nodes) await space.createNode(node, 'bench');
    const tenants = nodes.map(() => tenantId.random());
    for (const tenant of tenants) {
      const quotas = dynamoQuotas(tenantDb(client, table)(tenant));
      await quotas.change(await quotas.ensure(), { quotaBytes: TIB });
    }
    const run = async (until: number): Promise<number> => {
      const done = await Promise.all(
        Array.from({ length: GRANT_CLIENTS }, async (_, index) => {
          let count = 0;
          while (performance.now() < until) {
            const [node, tenant] = [nodes[(index + count) % 3], tenants[index % 3]];
            if (node === undefined || tenant === undefined) throw new Error('There are three of each');
            const { placement, upload } = wantedOn(node, tenant);
            const { status } = await space.reserve(placement, upload);
            if (status !== 'reserved') throw new Error(`A reservation was answered with ${status}`);
            count += 1;
          }
          return count;
        }),
      );
      return done.reduce((sum, count) => sum + count, 0);
    };
    await run(performance.now() + 1000);
    const started = performance.now();
    return (await run(started + seconds * 1000)) / ((performance.now() - started) / 1000);
  } finally {
    client.destroy();
    sdk.destroy();
    await engine.stop();
  }
};
