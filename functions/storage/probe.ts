import { hash, randomBytes, randomUUID } from 'node:crypto';
import { AppError } from '../../lib/runtime/errors.ts';
import type { Clock } from '../../lib/runtime/clock.ts';
import { MAX_SKEW_MS } from './check-node.ts';
import { nodeUnavailable, type NodeClient, type ObjectKey, type SignedRequest } from './node-client.ts';
import type { Capabilities } from './node.ts';

/** Sends a signed request with other bytes than were announced, as a client would; answers the HTTP status. */
export type SendSigned = (request: SignedRequest, body: Uint8Array) => Promise<number>;

export type NodeCheck = 'bucket' | 'clock' | 'put' | 'get' | 'range' | 'list' | 'multipart' | 'checksum' | 'delete';
export interface FailedCheck {
  readonly check: NodeCheck;
  /** What the node did instead, and what to do about it. */
  readonly reason: string;
}
export interface Probing {
  /** For probes alone; made when it is not there. */
  readonly bucket: string;
  readonly now: Clock;
}
/** How far the node's clock is ahead, milliseconds, and what it lacks; or what it cannot do. */
export type ProbeReport =
  | { readonly ok: true; readonly skewMs: number; readonly capabilities: Capabilities }
  | { readonly ok: false; readonly failed: readonly FailedCheck[] };

const SIZE = 1024;
const SECONDS = 60;
const SEND_MS = 10_000;
const contentType = 'application/octet-stream';

/** A node that fails a check; what else goes wrong in a probe is no finding about a node. */
class CheckFailed extends Error {}

/** Runs checks one after the other; what one fails with is kept. */
const checks = () => {
  const failed: FailedCheck[] = [];
  return {
    failed,
    async run<Result>(check: NodeCheck, work: () => Promise<Result>): Promise<Result | undefined> {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AppError || error instanceof CheckFailed)) throw error;
        failed.push({ check, reason: error.message });
        return undefined;
      }
    },
  };
};
type Checks = ReturnType<typeof checks>;

const sample = () => {
  const body = new Uint8Array(randomBytes(SIZE));
  return { body, size: SIZE, sha256: hash('sha256', body, 'hex') };
};
const newKey = (): string => `probe/${randomUUID()}`;

const bytesOf = async (client: NodeClient, object: Parameters<NodeClient['read']>[0]): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.read(object)) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const sendSigned: SendSigned = async ({ url, headers }, body) => {
  const { 'content-length': _ofTheBody, ...sent } = headers;
  try {
    const signal = AbortSignal.timeout(SEND_MS);
    const response = await fetch(url, { method: 'PUT', headers: sent, body: new Uint8Array(body), signal });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    throw nodeUnavailable('The node does not answer a signed request, though it answers others. Try again.', {
      cause: error,
    });
  }
};

const clockSkew = async (client: NodeClient, now: Clock): Promise<number> => {
  const before = now().getTime();
  const time = (await client.time()).getTime();
  const skewMs = Math.round(time - (before + now().getTime()) / 2);
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return skewMs;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  throw new CheckFailed(
    `The node's clock is ${seconds} seconds ${skewMs > 0 ? 'ahead' : 'behind'}; ${MAX_SKEW_MS / 1000} are allowed. Let it follow a time server.`,
  );
};

/** Stores bytes, reads them back, and takes them away again. */
const roundTrip = async (client: NodeClient, { run, failed }: Checks, bucket: string): Promise<void> => {
  const { body, ...announced } = sample();
  const object = { bucket, key: newKey() };
  await run('put', () => client.put({ ...object, ...announced, contentType, body }));
  if (failed.length > 0) return;
  await run('get', async () => {
    const read = await bytesOf(client, object);
    if (!read.equals(body)) {
      throw new CheckFailed(
        `The node said that it stored ${SIZE} bytes, and gave ${read.length} others back. Do not use it: what it stores is lost.`,
      );
    }
  });
  await run('delete', async () => {
    await client.remove(object);
    if ((await client.head(object)) !== undefined) {
      throw new CheckFailed(
        'The node still shows an object that it said it deleted. Do not use it: nothing can be erased.',
      );
    }
  });
};

/** Whether wrong bytes under a signed checksum are refused, and leave nothing. */
const refusesWrongBytes = async (client: NodeClient, send: SendSigned, object: ObjectKey): Promise<boolean> => {
  const { body: _announced, ...announced } = sample();
  const request = await client.signPut({ ...object, ...announced, contentType, seconds: SECONDS });
  const status = await send(request, sample().body);
  const left = await client.head(object);
  await client.remove(object);
  return status >= 400 && status < 500 && left === undefined;
};

/** A multipart upload of one part, first with wrong bytes; tells whether these were refused. */
const probeMultipart = async (client: NodeClient, send: SendSigned, object: ObjectKey): Promise<boolean> => {
  const { body, ...announced } = sample();
  const at = { ...object, multipart: await client.beginMultipart({ ...object, contentType }) };
  try {
    const request = await client.signPart({ ...at, ...announced, number: 1, seconds: SECONDS });
    const status = await send(request, sample().body);
    const left = (await client.listParts(at)).parts.length;
    const { etag } = await client.putPart({ ...at, ...announced, number: 1, body });
    const { parts } = await client.listParts(at);
    if (parts.length !== 1 || parts[0]?.size !== SIZE) {
      throw new CheckFailed(
        `The node lists ${parts.length} parts of an upload that has 1. It cannot take large files.`,
      );
    }
    await client.completeMultipart({ ...at, parts: [{ number: 1, etag, sha256: announced.sha256 }] });
    if (!(await bytesOf(client, object)).equals(body)) {
      throw new CheckFailed('The node gives other bytes back than came in parts. It cannot take large files.');
    }
    await client.remove(object);
    return status >= 400 && status < 500 && left === 0;
  } catch (error) {
    await client.abortMultipart(at);
    throw error;
  }
};

/** Whether the node tells the checksum of what it has; one that tells a wrong one fails. */
const tellsChecksum = async (client: NodeClient, object: ObjectKey, sha256: string): Promise<boolean> => {
  const told = (await client.head(object))?.sha256;
  if (told !== undefined && told !== null && told !== sha256) {
    throw new CheckFailed(`The node tells the checksum ${told} of an object whose own is ${sha256}. Do not use it.`);
  }
  return told === sha256;
};

/**
 * Finds out whether a node can be used, and what it lacks: its objects, ranges, lists, multipart uploads, deletes, clock,
 * and what it does with checksums. Leaves nothing behind but the bucket.
 */
export const probeNode = async (
  client: NodeClient,
  { bucket, now, send = sendSigned }: Probing & { readonly send?: SendSigned },
): Promise<ProbeReport> => {
  const checking = checks();
  const { run, failed } = checking;
  await run('bucket', () => client.ensureBucket(bucket));
  if (failed.length > 0) return { ok: false, failed };
  await roundTrip(client, checking, bucket);
  const skewMs = await run('clock', () => clockSkew(client, now));
  // What stores and tells wrongly is not asked for more.
  if (failed.length > 0 || skewMs === undefined) return { ok: false, failed };
  const { body, ...announced } = sample();
  const object = { bucket, key: newKey() };
  await run('put', () => client.put({ ...object, ...announced, contentType, body }));
  await run('range', async () => {
    const read = await bytesOf(client, { ...object, range: { start: 100, end: 199 } });
    if (!read.equals(body.subarray(100, 200)))
      throw new CheckFailed('The node gives other bytes for a range. Do not use it.');
  });
  await run('list', async () => {
    const { objects } = await client.listObjects({ bucket, limit: 1000 });
    if (!objects.some(({ key }) => key === object.key)) {
      throw new CheckFailed('The node does not list an object that it has. Nobody could tell whether it is empty.');
    }
  });
  const tells = await run('checksum', () => tellsChecksum(client, object, announced.sha256));
  await run('delete', () => client.remove(object));
  const refuses = await run('checksum', () => refusesWrongBytes(client, send, { bucket, key: newKey() }));
  const refusesParts = await run('multipart', () => probeMultipart(client, send, { bucket, key: newKey() }));
  if (failed.length > 0 || tells === undefined || refuses === undefined || refusesParts === undefined) {
    return { ok: false, failed };
  }
  const capabilities = { checksums: refuses, partChecksums: refusesParts, tellsChecksum: tells };
  return { ok: true, skewMs, capabilities };
};
