import { Readable } from 'node:stream';
import { checksumRefused, type Bytes } from './node-client.ts';

/** Keeps each chunk back until the next one has come: the last is only sent when nothing comes after it. */
const counted = async function* (bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  let kept: Uint8Array | undefined;
  for await (const chunk of bytes) {
    seen += chunk.length;
    if (seen > size) throw checksumRefused(`More than the ${size} bytes that were announced came. Send exactly those.`);
    if (kept !== undefined) yield kept;
    kept = chunk;
  }
  if (seen < size) throw checksumRefused(`Only ${seen} of the ${size} bytes that were announced came. Send them all.`);
  if (kept !== undefined) yield kept;
};

/** A body for one request. */
export interface SizedBody {
  readonly body: Uint8Array | Readable;
  /** Can be sent again: it is in memory. */
  readonly repeatable: boolean;
  /** Aborts the request when the source fails: a request that waits for bytes that do not come would hang. */
  readonly signal: AbortSignal;
  /** Why the source failed, when it did. */
  failure(): Error | undefined;
}

/** Bytes of a known size as a request's body, with two chunks in memory at a time; other sizes fail. */
export const sizedBody = (bytes: Bytes, size: number): SizedBody => {
  const broken = new AbortController();
  let failure: Error | undefined;
  if (bytes instanceof Uint8Array) {
    if (bytes.length !== size) {
      throw checksumRefused(`${bytes.length} bytes came, and ${size} were announced. Send exactly those.`);
    }
    return { body: bytes, repeatable: true, signal: broken.signal, failure: () => undefined };
  }
  const body = Readable.from(counted(bytes, size), { objectMode: false });
  body.once('error', (error) => {
    failure = error;
    broken.abort();
  });
  return { body, repeatable: false, signal: broken.signal, failure: () => failure };
};
