import type { Instant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { PartSum } from './copy-object.ts';
import type { FileVersion, Move, Place } from './model.ts';
import type { DrainId, FileId } from './ids.ts';

/** What a page of moves is asked for with, and where the next one begins. */
export interface MovesPage {
  readonly drain: DrainId;
  readonly state?: Move['state'];
  readonly limit: number;
  readonly after?: Readonly<Record<string, string | number>>;
}

/**
 * The directory as movers see it: items of all tenants, and of the system, in one transaction. Reads are consistent.
 */
export interface MoveDirectory {
  version(tenant: TenantId, file: FileId, number: number): Promise<FileVersion | undefined>;
  /** The checksums of a version's parts, in order. */
  sums(tenant: TenantId, version: FileVersion): Promise<readonly PartSum[]>;
  move(tenant: TenantId, file: FileId, number: number): Promise<Move | undefined>;
  /**
   * Writes a move that is still what was read, or begins one. With `discard`, the copy that it had becomes garbage in the
   * same transaction, if it is there. False: somebody else changed the move.
   */
  change(
    was: Move | undefined,
    becomes: Move,
    discard?: { readonly copy: Place; readonly dueAt: Instant },
  ): Promise<boolean>;
  /**
   * The turning point of a move, one transaction: the version is read from the copy, the move is done and counted, the old
   * object is garbage. Only while the version is kept and where it was, the copy is live, and the move is what was read.
   */
  flip(flip: {
    readonly version: FileVersion;
    readonly was: Move;
    readonly becomes: Move;
    readonly dueAt: Instant;
  }): Promise<boolean>;
  /** Of one drain, by state and age. By an index: it may lag. */
  moves(page: MovesPage): Promise<{
    readonly items: readonly Move[];
    readonly next: Readonly<Record<string, string | number>> | null;
  }>;
}
