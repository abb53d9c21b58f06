import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/runtime/clock.ts';
import { isError } from '../../lib/runtime/errors.ts';
import { type NodeClient, nodeFull, nodeUnavailable } from './node-client.ts';

/** S3 takes signatures that are a quarter of an hour old; a third of that is left to the clients' clocks. */
export const MAX_SKEW_MS = 300_000;
/** The one key that is written more than once: it is nobody's object. */
const KEY = 'watch';

export interface Checked {
  readonly skewMs: number;
  readonly hasRoom: boolean;
}

/**
 * Is a node fit for use? Writes a few bytes that were never there before, reads them back, compares, deletes, and looks at
 * the clock.
 * @throws node_unavailable, node_refused
 */
export const checkNode = async (client: NodeClient, bucket: string, now: Clock): Promise<Checked> => {
  const skewMs = await skewOf(client, now);
  if (Math.abs(skewMs) > MAX_SKEW_MS)
    throw nodeUnavailable(`The node's clock is ${Math.round(skewMs / 1000)} s ahead: signatures do not hold there.`);
  const body = Buffer.from(now().toISOString());
  const sha256 = createHash('sha256').update(body).digest('hex');
  const object = { bucket, key: KEY };
  await client.ensureBucket(bucket);
  try {
    await client.put({ ...object, size: body.length, sha256, contentType: 'text/plain', body });
  } catch (error) {
    if (isError(error, nodeFull)) return { skewMs, hasRoom: false };
    throw error;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.read(object)) chunks.push(chunk);
  if (!Buffer.concat(chunks).equals(body))
    throw nodeUnavailable('The node said that it stored some bytes, and gives back others.');
  await client.remove(object);
  return { skewMs, hasRoom: true };
};

/** How far the node's clock is ahead; the answer is taken to have been made halfway. */
const skewOf = async (client: NodeClient, now: Clock): Promise<number> => {
  const asked = now().getTime();
  const there = (await client.time()).getTime();
  return Math.round(there - (asked + now().getTime()) / 2);
};
