import { toInstant } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { dynamoNodes } from '../../functions/storage/dynamo-node-store.ts';
import { nodeId } from '../../functions/storage/ids.ts';
import { DEFAULT_LIFETIMES, type StorageNode } from '../../functions/storage/node.ts';
import { memoryTable } from '../fixtures/memory-table.ts';

export const NOW = new Date('2026-03-01T12:00:00.000Z');

/** A node with 3,200 bytes, joining unless said. */
export const aNode = (said: Partial<StorageNode> = {}): StorageNode => ({
  id: nodeId.derive(said.name ?? 'node-1'),
  name: 'node-1',
  endpoint: 'https://s3.example.com',
  region: 'eu-central-1',
  zone: 'a',
  pool: 'main',
  pathStyle: true,
  secret: 'cartwright/dev/storage/node-1',
  capacityBytes: 3200,
  weight: 100,
  lifetimes: DEFAULT_LIFETIMES,
  state: 'joining',
  before: null,
  epoch: 1,
  capabilities: null,
  report: null,
  accepting: true,
  failures: 0,
  drain: null,
  activatedAt: null,
  createdAt: toInstant(NOW),
  updatedAt: toInstant(NOW),
  ...said,
});

/** A table of nodes in memory. */
export const nodeTable = () => {
  const { client, name } = memoryTable();
  const db = systemDb(client, name);
  return { db, nodes: dynamoNodes(db) };
};
