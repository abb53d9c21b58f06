import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Actor, TenantId } from '../../lib/runtime/tenant.ts';
import { drainId, fileId, nodeId, placementId, uploadId } from './ids.ts';

/** Lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

export const Visibility = z.enum(['private', 'public']);

/** How much of a slice of a counter one reservation took: what is given back. */
export const Draw = z.object({ slice: z.int().min(0), bytes: z.int().min(0) });
export type Draw = z.output<typeof Draw>;

/** Where the bytes of a version are. */
export const Place = z.object({
  placementId: placementId.schema,
  nodeId: nodeId.schema,
  bucket: z.string(),
  key: z.string(),
});
export type Place = z.output<typeof Place>;

/**
 * The node's side of one physical object: as long as it exists, its bytes are taken on the node. `live`: an upload in
 * flight, a version, or the copy of a move. `garbage`: to be deleted once `dueAt` is over, when no URL leads to it any more.
 * The placements of a node are its directory: what a drain empties, what a listing is compared with.
 */
export const Placement = Place.extend({
  tenant: TenantId,
  fileId: fileId.schema,
  /** The number of the version. */
  version: z.int().min(1),
  bytes: z.int().min(0),
  /** Of the node's slices. */
  draws: z.array(Draw),
  /** An upload's own, or a move's copy of what `from` names. */
  uploadId: uploadId.schema.nullable(),
  from: placementId.schema.nullable(),
  /** The node's multipart upload while it is one. */
  multipart: z.string().nullable(),
  state: z.enum(['live', 'garbage']),
  dueAt: Instant.nullable(),
  createdAt: Instant,
});
export type Placement = z.output<typeof Placement>;

/** A tenant's file: what is visible at a path. */
export const StoredFile = z.object({
  id: fileId.schema,
  path: z.string(),
  visibility: Visibility,
  state: z.enum(['visible', 'deleted']),
  /** Number of the version that is shown, and of the newest that there ever was. */
  current: z.int().min(1),
  newest: z.int().min(1),
  size: z.int().min(0),
  sha256: Sha256.nullable(),
  contentType: z.string(),
  /** +1 with each change: the ETag. */
  version: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
  actor: Actor,
  traceId: z.string(),
});
export type StoredFile = z.output<typeof StoredFile>;

/** The directory's entry: one immutable content of a file and the one place where it is read from. */
export const FileVersion = z.object({
  fileId: fileId.schema,
  number: z.int().min(1),
  size: z.int().min(0),
  /** Of the whole; null for a multipart upload, whose truth are its parts. */
  sha256: Sha256.nullable(),
  verified: z.enum(['whole', 'parts']),
  /** 0: not a multipart upload. All parts but the last have `partSize` bytes. */
  parts: z.int().min(0),
  partSize: z.int().min(0),
  contentType: z.string(),
  place: Place,
  /** +1 with each move: the fence of the directory's flip. */
  moves: z.int().min(0),
  state: z.enum(['kept', 'deleted']),
  /** Of the tenant's quota. */
  quotaDraws: z.array(Draw),
  createdAt: Instant,
});
export type FileVersion = z.output<typeof FileVersion>;

/** `completing` is no state: completion is one write. `refused`: it was complete, but its path had changed meanwhile. */
export const UploadState = z.enum(['open', 'completed', 'aborted', 'expired', 'refused']);

export const Upload = z.object({
  id: uploadId.schema,
  state: UploadState,
  fileId: fileId.schema,
  /** The version that it becomes. */
  number: z.int().min(1),
  path: z.string(),
  /** What the path must be at completion: the ETag of its file, 0 for a path that is free. */
  expects: z.int().min(0),
  size: z.int().min(0),
  sha256: Sha256.nullable(),
  contentType: z.string(),
  visibility: Visibility,
  parts: z.int().min(0),
  partSize: z.int().min(0),
  place: Place,
  multipart: z.string().nullable(),
  /** Its parts are being put together: no other ones are signed any more. */
  sealed: z.boolean().optional(),
  /** Ended before a URL was given out, because its node failed: the request's next attempt takes its place. */
  passedOn: z.boolean().optional(),
  quotaDraws: z.array(Draw),
  /** Until when the last URL that was given out can be used. */
  urlsEndAt: Instant,
  expiresAt: Instant,
  requestHash: z.string(),
  createdAt: Instant,
  actor: Actor,
  traceId: z.string(),
});
export type Upload = z.output<typeof Upload>;

/**
 * One object on its way to another node. A version has one at most: the next move of the same version takes its place.
 * The parts that are copied are what the new node lists; what is read back and found right is counted here.
 */
export const Move = z.object({
  drainId: drainId.schema,
  /** Of the drain: one that failed is tried again by the next run only. */
  run: z.int().min(1),
  tenant: TenantId,
  fileId: fileId.schema,
  number: z.int().min(1),
  size: z.int().min(0),
  from: Place,
  to: Place,
  /** `copying`: under way. `failed`: given up for this run, the object is readable where it was. `dropped`: not needed any more. */
  state: z.enum(['copying', 'flipped', 'failed', 'dropped']),
  /** The new node's multipart upload, once it is begun. */
  multipart: z.string().nullable(),
  /** The object is whole on its new node; what is left is to read it back. */
  copied: z.boolean(),
  /** So many parts, from the first, were read back and are right. */
  checked: z.int().min(0),
  /** Tries that began since something was achieved last: also counts those that were cut off. */
  attempts: z.int().min(0),
  /** Nobody else works on it before. */
  busyUntil: Instant,
  /** Nodes that took the object badly. */
  avoid: z.array(nodeId.schema),
  failure: z.string().nullable(),
  /** +1 with each write: its fence. */
  revision: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Move = z.output<typeof Move>;
