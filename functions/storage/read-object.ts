import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { isError } from '../../lib/runtime/errors.ts';
import { transferMs } from './call-limits.ts';
import type { NodeCalls } from './node-calls.ts';
import { bucketMissing, nodeUnavailable, objectMissing, type NodeClient } from './node-client.ts';
import { nodeFailure, type FailingNode } from './node-failure.ts';

type Reading = Parameters<NodeClient['read']>[0];

/** The bytes of an answer as they come; fails when it breaks off, or takes longer than its size may. */
const bytesOf = async function* (
  node: FailingNode,
  what: string,
  answer: GetObjectCommandOutput,
): AsyncGenerator<Uint8Array> {
  const { Body, ContentLength } = answer;
  if (!(Body instanceof Readable)) {
    throw nodeUnavailable(`The node ${node.id} at ${node.endpoint} answered without a body when asked to ${what}.`);
  }
  const late = setTimeout(
    () => Body.destroy(Object.assign(new Error('too slow'), { name: 'TimeoutError' })),
    transferMs(ContentLength ?? 0),
  );
  let seen = 0;
  try {
    for await (const chunk of Body) {
      if (!(chunk instanceof Uint8Array)) throw new Error(`${what}: a chunk is not of bytes`);
      seen += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw nodeFailure(node, what, error);
  } finally {
    clearTimeout(late);
    // A reader that stops early frees the connection.
    Body.destroy();
  }
  if (ContentLength !== undefined && seen !== ContentLength) {
    throw nodeUnavailable(
      `The node ${node.id} at ${node.endpoint} ended after ${seen} of ${ContentLength} bytes when asked to ${what}. Read it again; if it stays so, the object is damaged.`,
    );
  }
};

/** Without its bucket, an object is missing too. */
const missing = (error: unknown): never => {
  throw isError(error, bucketMissing) ? objectMissing(error.message, { cause: error }) : error;
};

/** Reads an object or a range of it, with one chunk in memory at a time. */
export const readObject = async (
  node: FailingNode,
  call: NodeCalls,
  { bucket, key, range }: Reading,
): Promise<AsyncIterable<Uint8Array>> => {
  const what = `read ${key}`;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
  });
  const answer = await call({ what, run: (s3, { requestTimeout }) => s3.send(command, { requestTimeout }) }).catch(
    missing,
  );
  if (range !== undefined && !(answer.ContentRange ?? '').startsWith(`bytes ${range.start}-`)) {
    if (answer.Body instanceof Readable) answer.Body.destroy();
    throw nodeUnavailable(
      `The node ${node.id} at ${node.endpoint} does not read ranges: it answered ${answer.ContentRange ?? 'the whole'} for bytes ${range.start} to ${range.end} of ${key}.`,
    );
  }
  return bytesOf(node, what, answer);
};
