import type { Instant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Draw, Placement, Upload } from './model.ts';
import type { FileId, NodeId, PlacementId, UploadId } from './ids.ts';
import type { NodeReport, StorageNode } from './node.ts';

/** What is known of a node's space from its slices, read consistently. */
export interface Space {
  readonly capacityBytes: number;
  readonly takenBytes: number;
  readonly objects: number;
  /** When space on it was last given; URLs of that grant live `putSeconds` longer. */
  readonly lastGrantAt: Instant | null;
}

export type Reserved =
  | { readonly status: 'reserved'; readonly placement: Placement; readonly quotaDraws: readonly Draw[] }
  /** The upload (or the move's copy) exists: a replay. */
  | { readonly status: 'exists' }
  | { readonly status: 'node_full' }
  /** The node takes nothing more: its state changed. */
  | { readonly status: 'node_closed' }
  | { readonly status: 'quota_exceeded'; readonly limitBytes: number; readonly takenBytes: number };

/**
 * Nodes, their space and what lies on them: items of the system, over all tenants. Every invariant is a condition of the
 * write. A node's space is 32 slices, and a slice says itself whether the node takes objects, so that a reservation and a
 * change of state exclude each other without one item that all reservations touch.
 */
export interface SpaceStore {
  nodes(): Promise<readonly StorageNode[]>;
  node(id: NodeId): Promise<StorageNode | undefined>;
  /** False: there is one of this id (a replay). @throws node_name_taken */
  createNode(node: StorageNode, requestHash: string): Promise<boolean>;
  /**
   * Writes a node whose epoch is still the one that was read, with its slices when the state or the capacity changes.
   * False: it was changed meanwhile. @throws capacity_below_use
   */
  changeNode(was: StorageNode, becomes: StorageNode): Promise<boolean>;
  /** What a probe found; never changes state or epoch. */
  report(
    id: NodeId,
    found: { readonly report?: NodeReport; readonly accepting?: boolean; readonly failures: number },
  ): Promise<void>;
  space(id: NodeId): Promise<Space>;

  /**
   * One transaction: the placement, its draws of the node's slices, and of an upload its draws of the tenant's quota and
   * the upload itself. Answers `node_full` and `quota_exceeded` only after a consistent sum of all slices.
   */
  reserve(wanted: Omit<Placement, 'draws'>, upload: Omit<Upload, 'quotaDraws'> | undefined): Promise<Reserved>;
  placement(node: NodeId, id: PlacementId): Promise<Placement | undefined>;
  /** Consistent, a page at a time; `after` is the `next` of the page before. */
  placements(
    node: NodeId,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{
    readonly items: readonly Placement[];
    readonly next: string | null;
  }>;
  setMultipart(node: NodeId, id: PlacementId, multipart: string): Promise<void>;
  /** live -> garbage. Again, and of one that is gone, changes nothing. */
  discard(node: NodeId, id: PlacementId, dueAt: Instant): Promise<void>;
  /** Garbage that cannot be removed now, because its node does not answer, is not due again before `until`. */
  postpone(node: NodeId, id: PlacementId, until: Instant): Promise<void>;
  /** The object is gone from the node: its bytes are free again. Of a placement that is gone, changes nothing. */
  release(placement: Placement): Promise<void>;
  /** Garbage and uploads whose time is over, of all tenants, by the due index (which lags: read the item itself). */
  due(now: Date, limit: number): Promise<readonly Due[]>;
}

export type Due =
  | { readonly kind: 'placement'; readonly nodeId: NodeId; readonly placementId: PlacementId }
  | { readonly kind: 'upload'; readonly tenant: TenantId; readonly uploadId: UploadId }
  | { readonly kind: 'version'; readonly tenant: TenantId; readonly fileId: FileId; readonly number: number };
