import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createObjectStore, type ObjectStore } from '../s3/object-store.ts';
import { createState } from '../state.ts';
import { createCapacity, type Capacity } from './capacity.ts';
import { createMultipartStore, type Multipart, type MultipartStore } from './multipart-store.ts';
import { nodeBuckets, type NodeBuckets } from './node-buckets.ts';

/** Everything that a node keeps in its directory. */
export interface NodeStore {
  readonly buckets: NodeBuckets;
  readonly objects: ObjectStore;
  readonly multiparts: MultipartStore;
  readonly capacity: Capacity;
  /** Forgets an upload that is under way, and frees its bytes. */
  discard(multipart: Multipart): Promise<void>;
  close(): Promise<void>;
}

/** S3's most. */
const MOST_PARTS = 10_000;

export const openNodeStore = (directory: string, capacityBytes: number): NodeStore => {
  mkdirSync(directory, { recursive: true });
  const state = createState({ file: join(directory, 'node.db') });
  const objects = createObjectStore(state, join(directory, 'objects'));
  const multiparts = createMultipartStore(state, join(directory, 'parts'));
  const capacity = createCapacity(capacityBytes, objects.usedBytes() + multiparts.usedBytes);
  return {
    buckets: nodeBuckets(state),
    objects,
    multiparts,
    capacity,
    async discard(multipart) {
      const parts = await state.commit(() => {
        const stored = multiparts.parts(multipart, 0, MOST_PARTS);
        multiparts.forget(multipart);
        return stored;
      });
      await multiparts.dropFiles(parts);
      capacity.free(parts.reduce((bytes, { size }) => bytes + size, 0));
    },
    close: () => state.close(),
  };
};
