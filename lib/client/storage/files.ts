import { createHash } from 'node:crypto';
import * as z from 'zod';
import { call, Refused } from '../expect-status.ts';
import type { ApiClient } from '../http.ts';

const BeginUpload = z.looseObject({
  id: z.string(),
  method: z.string().optional(),
  url: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  partSize: z.int().optional(),
  parts: z.int().optional(),
});
const SignedParts = z.looseObject({
  parts: z.array(
    z.looseObject({ number: z.int(), size: z.int(), url: z.string(), headers: z.record(z.string(), z.string()) }),
  ),
});
const Completed = z.looseObject({ fileId: z.string(), path: z.string(), size: z.int() });

/** A file as it was answered, with its ETag. */
export interface StoredFile extends z.output<typeof Completed> {
  readonly etag: string;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Larger files are uploaded in parts. */
const MAX_SINGLE_BYTES = 64 * 1024 ** 2;
/** Parts that one client sends at the same time. */
const PARTS_AT_ONCE = 4;
/** More than that are not signed with one request. */
const PARTS_A_REQUEST = 100;

const sendTo = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> => {
  // The length is that of the body; fetch writes it itself.
  const { 'content-length': _, ...others } = headers;
  const answer = await fetch(url, { method: 'PUT', headers: others, body: bytes });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The storage node answered ${answer.status} to a PUT: ${text.slice(0, 300)}`);
};

/** Every item by `work`, some at once. */
export const atOnce = async <Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(workers, items.length) }, worker));
};

export interface UploadInput {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
  /** The ETag of the file that is overwritten. */
  readonly ifMatch?: string;
}

/** A shop's files through the public API, as an app uses them: bytes go to the node and come from it. Nothing is tried again. */
export const storageOf = (api: ApiClient, credential: string) => {
  const sendParts = async (
    id: string,
    bytes: Uint8Array<ArrayBuffer>,
    partSize: number,
    count: number,
  ): Promise<void> => {
    const part = (number: number) => bytes.subarray((number - 1) * partSize, number * partSize);
    for (let first = 1; first <= count; first += PARTS_A_REQUEST) {
      const numbers = Array.from({ length: Math.min(PARTS_A_REQUEST, count - first + 1) }, (_, index) => first + index);
      const { parts } = await call(api, SignedParts, 'POST', `/v1/storage/uploads/${id}/parts`, {
        credential,
        body: { parts: numbers.map((number) => ({ number, sha256: sha256Of(part(number)) })) },
      });
      await atOnce(parts, PARTS_AT_ONCE, ({ number, url, headers }) => sendTo(url, headers, part(number)));
    }
  };

  return {
    /** @throws Refused */
    upload: async ({
      path,
      bytes,
      contentType = 'application/octet-stream',
      ifMatch,
    }: UploadInput): Promise<StoredFile> => {
      const begun = await call(api, BeginUpload, 'POST', '/v1/storage/uploads', {
        credential,
        headers: { 'if-match': ifMatch },
        body: {
          path,
          size: bytes.length,
          sha256: bytes.length > MAX_SINGLE_BYTES ? null : sha256Of(bytes),
          contentType,
        },
      });
      if (begun.url !== undefined) await sendTo(begun.url, begun.headers ?? {}, bytes);
      else await sendParts(begun.id, bytes, begun.partSize ?? bytes.length, begun.parts ?? 1);
      const complete = `/v1/storage/uploads/${begun.id}/complete`;
      const answer = await api.send('POST', complete, { credential });
      const { etag } = answer.headers;
      if (answer.status !== 200 || etag === undefined) throw new Refused(`POST ${complete}`, answer);
      return { ...Completed.parse(answer.body), etag };
    },

    /** What the file has now, by the redirect to its node. @throws Refused */
    download: async (fileId: string): Promise<Buffer> => {
      const path = `/v1/storage/files/${fileId}/download`;
      const redirect = await api.send('GET', path, { credential });
      const { location } = redirect.headers;
      if (redirect.status !== 302 || location === undefined) throw new Refused(`GET ${path}`, redirect);
      const answer = await fetch(location);
      if (!answer.ok)
        throw new Error(`The storage node answered ${answer.status} to a GET: ${(await answer.text()).slice(0, 300)}`);
      return Buffer.from(await answer.arrayBuffer());
    },

    /** @throws Refused */
    remove: async (file: StoredFile): Promise<void> => {
      await call(api, z.unknown(), 'DELETE', `/v1/storage/files/${file.fileId}`, {
        credential,
        headers: { 'if-match': file.etag },
      });
    },
  };
};
export type Storage = ReturnType<typeof storageOf>;
