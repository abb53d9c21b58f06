import { s3Error } from '../s3/s3-error.ts';

/** The bytes of a node: those of its objects and parts, and those that are just coming in. */
export interface Capacity {
  readonly bytes: number;
  readonly usedBytes: number;
  /** Runs work with room for so many bytes; they are free again when it fails. @throws InsufficientStorage */
  taking<Result>(bytes: number, work: () => Promise<Result>): Promise<Result>;
  free(bytes: number): void;
}

export const createCapacity = (bytes: number, usedBytes: number): Capacity => {
  let used = usedBytes;
  return {
    bytes,
    get usedBytes() {
      return used;
    },
    async taking(more, work) {
      if (used + more > bytes) {
        const message = `The node has ${bytes - used} of its ${bytes} bytes left, and ${more} are needed.`;
        throw s3Error('InsufficientStorage', message, 507);
      }
      used += more;
      try {
        return await work();
      } catch (error) {
        used -= more;
        throw error;
      }
    },
    free: (less) => void (used -= less),
  };
};
