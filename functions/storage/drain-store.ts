import type { Amount, Drain } from './drain.ts';
import type { DrainId, NodeId } from './ids.ts';

/** Drains: items of the system. Reads are consistent. */
export interface DrainStore {
  /** Also makes it the node's newest. False: it exists. */
  create(drain: Drain): Promise<boolean>;
  find(id: DrainId): Promise<Drain | undefined>;
  /** The newest drain of a node, also after its end. */
  ofNode(id: NodeId): Promise<Drain | undefined>;
  /** False: it was changed since it was read. */
  save(was: Drain, becomes: Drain): Promise<boolean>;
  /** What the flips of its moves have counted. */
  moved(id: DrainId): Promise<Amount>;
  /** Bytes a second of the drain of this pool that ended last. */
  lastRate(pool: string): Promise<number | null>;
  rememberRate(pool: string, bytesPerSecond: number): Promise<void>;
}
