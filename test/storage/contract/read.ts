import { AppError } from '../../../lib/runtime/errors.ts';
import type { NodeClient } from '../../../functions/storage/node-client.ts';
import { bytesOf, sha256 } from '../node-subject.ts';

/** What an object, or a range of it, comes in. */
export const chunksOf = async (
  client: NodeClient,
  object: Parameters<NodeClient['read']>[0],
): Promise<readonly Uint8Array[]> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.read(object)) chunks.push(chunk);
  return chunks;
};

/** All bytes of an object, or of a range of it, as text. */
export const textOf = async (client: NodeClient, object: Parameters<NodeClient['read']>[0]): Promise<string> =>
  Buffer.concat(await chunksOf(client, object)).toString('utf8');

/** The code of the error that a call is refused with. */
export const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  throw new Error('the call was not refused');
};

/** The input of a put of this text. */
export const textObject = (bucket: string, key: string, text: string) => {
  const body = bytesOf(text);
  return { bucket, key, size: body.length, sha256: sha256(body), contentType: 'text/plain', body };
};
