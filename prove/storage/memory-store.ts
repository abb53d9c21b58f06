import { hash } from 'node:crypto';
import {
  bucketMissing,
  bucketNotEmpty,
  checksumRefused,
  multipartMissing,
  nodeFull,
  objectMissing,
  type MultipartKey,
  type ObjectKey,
} from '../../functions/storage/node-client.ts';

export interface MemoryObject {
  readonly bytes: Uint8Array;
  /** Lower-case hex of the bytes that are stored; null of a multipart upload, as S3 has it. */
  readonly sha256: string | null;
  readonly contentType: string;
  readonly modifiedAt: number;
}
interface Part {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly sha256: string;
}
interface Multipart {
  readonly key: string;
  readonly contentType: string;
  readonly parts: Map<number, Part>;
}
interface Bucket {
  readonly objects: Map<string, MemoryObject>;
  readonly multiparts: Map<string, Multipart>;
  /** The keys in order, until one comes or goes. */
  order: readonly string[] | undefined;
}

export const sha256Of = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The bytes of one memory node, and nothing else of it: no time, no faults, no credentials. Throws the port's errors. */
export const memoryStore = (capacity: () => number, now: () => number) => {
  const buckets = new Map<string, Bucket>();
  let used = 0;
  let begun = 0;

  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw bucketMissing(`There is no bucket ${name}.`);
    return bucket;
  };
  const multipartOf = ({ bucket, key, multipart }: MultipartKey): Multipart => {
    const found = buckets.get(bucket)?.multiparts.get(multipart);
    if (found?.key !== key) throw multipartMissing(`There is no multipart upload ${multipart} of ${key}.`);
    return found;
  };
  /** Bytes that come, in place of those that go. */
  const take = (comes: number, goes: number): void => {
    if (comes > goes && used - goes + comes > capacity())
      throw nodeFull(`${comes} bytes more than the ${capacity()} are too many.`);
    used += comes - goes;
  };
  const store = (bucket: Bucket, key: string, object: MemoryObject): void => {
    if (!bucket.objects.has(key)) bucket.order = undefined;
    bucket.objects.set(key, object);
  };

  return {
    usedBytes: () => used,
    buckets,
    ensureBucket(name: string): void {
      if (!buckets.has(name)) buckets.set(name, { objects: new Map(), multiparts: new Map(), order: [] });
    },
    removeBucket(name: string): void {
      const bucket = buckets.get(name);
      if (bucket === undefined) return;
      if (bucket.objects.size > 0) throw bucketNotEmpty(`The bucket ${name} has ${bucket.objects.size} objects.`);
      for (const { parts } of bucket.multiparts.values()) for (const { bytes } of parts.values()) take(0, bytes.length);
      buckets.delete(name);
    },
    put({ bucket: name, key }: ObjectKey, bytes: Uint8Array, contentType: string): void {
      const bucket = bucketOf(name);
      take(bytes.length, bucket.objects.get(key)?.bytes.length ?? 0);
      store(bucket, key, { bytes, sha256: sha256Of(bytes), contentType, modifiedAt: now() });
    },
    find: ({ bucket, key }: ObjectKey): MemoryObject | undefined => buckets.get(bucket)?.objects.get(key),
    read({ bucket, key }: ObjectKey, range?: { readonly start: number; readonly end: number }) {
      const object = buckets.get(bucket)?.objects.get(key);
      if (object === undefined) throw objectMissing(`There is no object ${key} in ${bucket}.`);
      if (range !== undefined && range.start >= object.bytes.length) {
        throw checksumRefused(`${key} has ${object.bytes.length} bytes, none from ${range.start} on.`);
      }
      const bytes = range === undefined ? object.bytes : object.bytes.subarray(range.start, range.end + 1);
      return { object, bytes };
    },
    remove({ bucket: name, key }: ObjectKey): void {
      const bucket = buckets.get(name);
      const object = bucket?.objects.get(key);
      if (bucket === undefined || object === undefined) return;
      take(0, object.bytes.length);
      bucket.objects.delete(key);
      bucket.order = undefined;
    },
    begin({ bucket, key }: ObjectKey, contentType: string): string {
      begun += 1;
      const id = `multipart-${begun}`;
      bucketOf(bucket).multiparts.set(id, { key, contentType, parts: new Map() });
      return id;
    },
    putPart(multipart: MultipartKey, number: number, bytes: Uint8Array): string {
      const { parts } = multipartOf(multipart);
      take(bytes.length, parts.get(number)?.bytes.length ?? 0);
      const sha256 = sha256Of(bytes);
      const etag = sha256.slice(0, 32);
      parts.set(number, { bytes, etag, sha256 });
      return etag;
    },
    partsOf: (multipart: MultipartKey) => [...multipartOf(multipart).parts].sort(([a], [b]) => a - b),
    complete(
      multipart: MultipartKey,
      parts: readonly { readonly number: number; readonly etag: string; readonly sha256: string }[],
      checks: boolean,
    ): void {
      const { key, contentType, parts: stored } = multipartOf(multipart);
      if (parts.length === 0) throw checksumRefused('A multipart upload is completed with its parts, and none came.');
      let before = 0;
      const chosen = parts.map(({ number, etag, sha256 }) => {
        const part = stored.get(number);
        if (part === undefined || part.etag !== etag || (checks && part.sha256 !== sha256)) {
          throw checksumRefused(`Part ${number} is not there, or is another.`);
        }
        if (number <= before) throw checksumRefused(`Part ${number} comes after part ${before}.`);
        before = number;
        return part.bytes;
      });
      const bucket = bucketOf(multipart.bucket);
      const bytes = Buffer.concat(chosen);
      const inParts = [...stored.values()].reduce((sum, part) => sum + part.bytes.length, 0);
      used += bytes.length - inParts - (bucket.objects.get(key)?.bytes.length ?? 0);
      store(bucket, key, { bytes, sha256: null, contentType, modifiedAt: now() });
      bucket.multiparts.delete(multipart.multipart);
    },
    abort({ bucket, key, multipart }: MultipartKey): void {
      const found = buckets.get(bucket)?.multiparts.get(multipart);
      if (found?.key !== key) return;
      for (const { bytes } of found.parts.values()) take(0, bytes.length);
      buckets.get(bucket)?.multiparts.delete(multipart);
    },
    list(name: string, after: string, limit: number) {
      const bucket = buckets.get(name);
      if (bucket === undefined) return { objects: [], more: false };
      const order = (bucket.order ??= [...bucket.objects.keys()].sort());
      let from = 0;
      for (let to = order.length; from < to;) {
        const middle = (from + to) >> 1;
        if ((order[middle] ?? '') <= after) from = middle + 1;
        else to = middle;
      }
      const objects = order.slice(from, from + limit).map((key) => {
        const object = bucket.objects.get(key);
        return { key, size: object?.bytes.length ?? 0, modifiedAt: new Date(object?.modifiedAt ?? 0) };
      });
      return { objects, more: from + limit < order.length };
    },
  };
};
export type MemoryStore = ReturnType<typeof memoryStore>;
