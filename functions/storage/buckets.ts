import { createHash } from 'node:crypto';
import { tenantId, type TenantId } from '../../lib/runtime/tenant.ts';
import type { NodeId } from './ids.ts';

/** Eight characters that tell the nodes of one endpoint apart: two of them may share an account and its bucket names. */
const shortOf = (node: NodeId): string => createHash('sha256').update(node).digest('hex').slice(0, 8);

/**
 * The one bucket of a tenant on a node: `cw-<stage>-<26 characters of the tenant>-<8 of the node>`, at most 63 characters,
 * as S3 takes them. Nothing that a tenant says enters it, so no path and no id of a tenant can name another bucket.
 */
export const bucketOf = (stage: string, tenant: TenantId, node: NodeId): string =>
  `cw-${stage}-${tenant.slice(tenantId.prefix.length + 1)}-${shortOf(node)}`;

/** The bucket in which a node is tried out; no tenant's. */
export const probeBucketOf = (stage: string, node: NodeId): string => `cw-${stage}-probe-${shortOf(node)}`;

/** Is it one of ours on this node: a tenant's, or the one for trials? */
export const isOurBucket = (stage: string, bucket: string, node: NodeId): boolean =>
  bucket.startsWith(`cw-${stage}-`) &&
  bucket.endsWith(`-${shortOf(node)}`) &&
  /^([0-9a-z]{26}|probe)$/.test(bucket.slice(`cw-${stage}-`.length, -1 - shortOf(node).length));
