import type * as z from 'zod';
import { defineId } from '../../lib/runtime/ids.ts';

/** A storage node: one S3-compatible endpoint with one capacity. */
export const nodeId = defineId<'NodeId'>('node');
export type NodeId = z.output<typeof nodeId.schema>;

/** A tenant's file: a path with its versions. */
export const fileId = defineId<'FileId'>('file');
export type FileId = z.output<typeof fileId.schema>;

export const uploadId = defineId<'UploadId'>('upl');
export type UploadId = z.output<typeof uploadId.schema>;

/** One physical object on one node. A moved object gets a new one, so no key is ever written twice. */
export const placementId = defineId<'PlacementId'>('plc');
export type PlacementId = z.output<typeof placementId.schema>;

/** One way of a node to emptiness; a new one each time that it is asked for. */
export const drainId = defineId<'DrainId'>('drn');
export type DrainId = z.output<typeof drainId.schema>;
