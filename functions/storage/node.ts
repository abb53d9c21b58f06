import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { drainId, nodeId } from './ids.ts';

/**
 * `joining`: known, not yet probed. `active`: takes objects. `read-only`: is read, takes none. `draining`: its objects move
 * away. `drained`: empty. `retired`: forgotten, for good. `down`: does not answer; goes back to what it was before.
 */
export const NodeState = z.enum(['joining', 'active', 'read-only', 'draining', 'drained', 'retired', 'down']);
export type NodeState = z.output<typeof NodeState>;

/** Seconds that URLs of a node live, and that the longest download takes. Nothing is deleted before the sum of the last two is over. */
export const Lifetimes = z.strictObject({
  putSeconds: z.int().min(1).max(3600),
  getSeconds: z.int().min(1).max(3600),
  downloadSeconds: z.int().min(0).max(86_400),
});
export type Lifetimes = z.output<typeof Lifetimes>;
export const DEFAULT_LIFETIMES: Lifetimes = { putSeconds: 900, getSeconds: 300, downloadSeconds: 3600 };

/**
 * Seconds until an object that nothing leads to any more can be deleted: who reads it has come to the end, and no URL to write it
 * is left, of the upload that made it. With less, a late repetition of that upload would bring it back, as nobody's.
 */
export const graceSeconds = ({ putSeconds, getSeconds, downloadSeconds }: Lifetimes): number =>
  Math.max(putSeconds, getSeconds + downloadSeconds);

/** What a probe found a node able to do. What is false is made up for: a checksum that the node does not check is read back. */
export const Capabilities = z.object({
  /** Refuses a body that is not what its signed sha256 says, and stores nothing. */
  checksums: z.boolean(),
  /** The same for a part of a multipart upload. */
  partChecksums: z.boolean(),
  /** Tells an object's sha256 when it is asked. */
  tellsChecksum: z.boolean(),
});
export type Capabilities = z.output<typeof Capabilities>;

/** What was last seen of a node: by a probe, with the sum of its slices at that time. */
export const NodeReport = z.object({
  at: Instant,
  takenBytes: z.int().min(0),
  objects: z.int().min(0),
  /** How far the node's clock is ahead, milliseconds. */
  skewMs: z.int(),
});
export type NodeReport = z.output<typeof NodeReport>;

export const StorageNode = z.object({
  id: nodeId.schema,
  /** Unique among nodes that are not retired: `node-2`. */
  name: z.string(),
  /** `https://s3.eu-central-1.amazonaws.com`, without a bucket. */
  endpoint: z.string(),
  region: z.string(),
  zone: z.string(),
  /** Tenants are placed on the nodes of their pool only. */
  pool: z.string(),
  pathStyle: z.boolean(),
  /** Name of a secret of Secrets Manager below `cartwright/<stage>/storage/`: {"accessKeyId", "secretAccessKey"}. */
  secret: z.string(),
  capacityBytes: z.int().min(0),
  /** 100 is usual; 50 gets half as much as its space says. */
  weight: z.int().min(1).max(1000),
  lifetimes: Lifetimes,
  state: NodeState,
  /** Of a node that is down: what it goes back to. */
  before: NodeState.nullable(),
  /** +1 with each change of state or configuration: the ETag. */
  epoch: z.int().min(1),
  capabilities: Capabilities.nullable(),
  report: NodeReport.nullable(),
  /** By hysteresis: closed at the high-water mark, open again below the low one. */
  accepting: z.boolean(),
  /** Probes or calls that failed since the last that did not. */
  failures: z.int().min(0),
  /** Of a draining node. */
  drain: drainId.schema.nullable(),
  activatedAt: Instant.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type StorageNode = z.output<typeof StorageNode>;
