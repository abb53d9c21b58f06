const MIB = 1024 ** 2;
/** Up to this size an upload is one PUT, whose sha256 is signed. */
export const MAX_SINGLE_BYTES = 64 * MIB;
/** What S3 takes as parts of one object. */
const MAX_PARTS = 10_000;
const LEAST_PART_BYTES = 16 * MIB;
/** What S3 took as one object for most of its life, and most stores still do: 5 TiB. */
export const MAX_FILE_BYTES = 5 * 1024 ** 4;

/** How a file of so many bytes is uploaded: in one request (`parts` 0), or in parts that have `partSize` bytes but the last. */
export interface UploadPlan {
  readonly parts: number;
  readonly partSize: number;
}

export const planUpload = (size: number): UploadPlan => {
  if (size <= MAX_SINGLE_BYTES) return { parts: 0, partSize: 0 };
  const partSize = Math.max(LEAST_PART_BYTES, Math.ceil(size / MAX_PARTS / MIB) * MIB);
  return { parts: Math.ceil(size / partSize), partSize };
};

/** The bytes of the part of this number, from 1. */
export const partBytes = (upload: UploadPlan & { readonly size: number }, number: number): number =>
  number < upload.parts ? upload.partSize : upload.size - (upload.parts - 1) * upload.partSize;
