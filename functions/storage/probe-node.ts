import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/runtime/clock.ts';
import { AppError, isError } from '../../lib/runtime/errors.ts';
import { checkNode } from './check-node.ts';
import type { Capabilities } from './node.ts';
import { checksumRefused, type MultipartKey, type NodeClient } from './node-client.ts';
import type { Probed } from './node-fitness.ts';

/** The last part of a multipart upload may be of any size. */
const BODY = Buffer.from('what is sent');
const CONTENT_TYPE = 'text/plain';
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const OF_OTHERS = sha256Of(Buffer.from('what is announced'));

const NO_CAPABILITIES: Capabilities = { checksums: false, partChecksums: false, tellsChecksum: false };

/** True when what was announced otherwise is refused. */
const refuses = async (send: Promise<unknown>): Promise<boolean> => {
  try {
    await send;
    return false;
  } catch (error) {
    if (isError(error, checksumRefused)) return true;
    throw error;
  }
};

const readWhole = async (client: NodeClient, bucket: string, key: string): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.read({ bucket, key })) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/**
 * Tries out everything that is asked of a node: bytes come back as they were, an object that is removed is gone, a range
 * is a range, multipart uploads and their listings work, the clock is right. What it lacks but can do without becomes a
 * capability that it does not have.
 */
export const probeNode = async (client: NodeClient, bucket: string, run: string, now: Clock): Promise<Probed> => {
  const problems: string[] = [];
  const checked = await checkNode(client, bucket, now);
  if (!checked.hasRoom) problems.push('It says that it has no space left.');
  const key = `probe/${run}`;
  const object = { bucket, key };
  const sent = { size: BODY.length, sha256: sha256Of(BODY), body: BODY };

  /** One thing that a node must do; what goes wrong is a problem, and the next thing is tried. */
  const must = async (work: () => Promise<string | undefined>): Promise<void> => {
    try {
      const problem = await work();
      if (problem !== undefined) problems.push(problem);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push(error.message);
    }
  };
  let capabilities = NO_CAPABILITIES;

  await must(async () => {
    await client.put({ ...object, ...sent, contentType: CONTENT_TYPE });
    const head = await client.head(object);
    capabilities = { ...capabilities, tellsChecksum: head?.sha256 === sent.sha256 };
    if (head?.size !== BODY.length) return `It stored ${BODY.length} bytes and tells ${head?.size ?? 'nothing'}.`;
    const chunks: Uint8Array[] = [];
    for await (const chunk of await client.read({ ...object, range: { start: 5, end: 6 } })) chunks.push(chunk);
    if (!Buffer.concat(chunks).equals(BODY.subarray(5, 7))) return 'It gives another range than the one asked for.';
    const { objects } = await client.listObjects({ bucket, limit: 1000 });
    return objects.some((listed) => listed.key === key) ? undefined : 'It does not list an object that it has.';
  });
  await must(async () => {
    await client.remove(object);
    return (await client.head(object)) === undefined ? undefined : 'An object that was deleted is still there.';
  });
  await must(async () => {
    const checksums = await refuses(client.put({ ...object, ...sent, sha256: OF_OTHERS, contentType: CONTENT_TYPE }));
    capabilities = { ...capabilities, checksums: checksums && (await client.head(object)) === undefined };
    await client.remove(object);
    return undefined;
  });
  await must(async () => {
    const multipart: MultipartKey = {
      ...object,
      multipart: await client.beginMultipart({ ...object, contentType: CONTENT_TYPE }),
    };
    try {
      const partChecksums = await refuses(client.putPart({ ...multipart, number: 1, ...sent, sha256: OF_OTHERS }));
      capabilities = { ...capabilities, partChecksums };
      const { etag } = await client.putPart({ ...multipart, number: 1, ...sent });
      const { parts } = await client.listParts(multipart);
      if (parts[0]?.size !== BODY.length) return 'It does not list the parts of a multipart upload.';
      await client.completeMultipart({ ...multipart, parts: [{ number: 1, etag, sha256: sent.sha256 }] });
      if (!(await readWhole(client, bucket, key)).equals(BODY)) return 'A multipart upload is not what its parts were.';
    } finally {
      await client.abortMultipart(multipart);
      await client.remove(object);
    }
    return undefined;
  });
  return { capabilities, skewMs: checked.skewMs, problems };
};
