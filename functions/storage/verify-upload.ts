import { createHash } from 'node:crypto';
import { type AppError, isError } from '../../lib/runtime/errors.ts';
import { checksumMismatch, uploadIncomplete } from './errors.ts';
import type { Upload } from './model.ts';
import { multipartMissing, type NodeClient, type PartSeen } from './node-client.ts';
import type { StorageNode } from './node.ts';
import { partBytes } from './upload-plan.ts';

/** Lists end somewhere; the count tells the rest. */
const TOLD = 20;
const listed = (numbers: readonly number[]): string =>
  numbers.length <= TOLD
    ? numbers.join(', ')
    : `${numbers.slice(0, TOLD).join(', ')} and ${numbers.length - TOLD} more`;

const incomplete = (detail: string, found: Readonly<Record<string, unknown>>): AppError =>
  uploadIncomplete(`${detail} The upload stays open: send what is missing, then complete it.`, {
    extensions: { found },
  });
const mismatch = (detail: string, found: Readonly<Record<string, unknown>>): AppError =>
  checksumMismatch(`${detail} The upload stays open: send the announced bytes, or make a new one.`, {
    extensions: { found },
  });

/** The sha256 and the length of what a node really gives out. */
const readBack = async (bytes: AsyncIterable<Uint8Array>): Promise<{ sha256: string; size: number }> => {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), size };
};

type Home = Pick<StorageNode, 'capabilities'>;

/**
 * Is what was announced as one request there? What the node tells counts only where a probe has seen that it refuses other
 * bytes; else they are read.
 * @throws upload_incomplete, checksum_mismatch
 */
export const verifySingle = async (client: NodeClient, home: Home, upload: Upload): Promise<void> => {
  const { place, size, sha256 } = upload;
  const head = await client.head(place);
  if (head === undefined) throw incomplete(`None of the ${size} bytes have arrived.`, { size: null });
  if (head.size !== size) {
    throw incomplete(`${head.size} bytes have arrived, ${size} were announced.`, { size: head.size });
  }
  const told = home.capabilities?.checksums === true && home.capabilities.tellsChecksum ? head.sha256 : null;
  const found = told === null ? await readBack(await client.read(place)) : { sha256: told, size: head.size };
  if (found.size !== size) {
    throw incomplete(`${found.size} bytes can be read, ${size} were announced.`, { size: found.size });
  }
  if (found.sha256 !== sha256) throw mismatch(`Their SHA-256 is ${found.sha256}, ${sha256} was announced.`, found);
};

export const allParts = async (
  client: Pick<NodeClient, 'listParts'>,
  multipart: Parameters<NodeClient['listParts']>[0],
): Promise<readonly PartSeen[]> => {
  const seen: PartSeen[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page: Awaited<ReturnType<NodeClient['listParts']>> = await client.listParts(
      after === 0 ? multipart : { ...multipart, after },
    );
    seen.push(...page.parts);
    after = page.next;
  }
  return seen;
};

export interface CheckedPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly sha256: string;
}

/**
 * Are the parts that the node lists those that were announced: all of them, each with its length and, where the node tells
 * it, its sha256?
 * @throws upload_incomplete, checksum_mismatch
 */
export const checkParts = (
  upload: Upload,
  announced: ReadonlyMap<number, string>,
  seen: readonly PartSeen[],
): readonly CheckedPart[] => {
  const byNumber = new Map(seen.map((part) => [part.number, part]));
  const numbers = Array.from({ length: upload.parts }, (_, index) => index + 1);
  const missing = numbers.filter((number) => !byNumber.has(number) || !announced.has(number));
  if (missing.length > 0) {
    throw incomplete(`Of ${upload.parts} parts, ${missing.length} are missing: ${listed(missing)}.`, { missing });
  }
  const checked = numbers.flatMap((number): CheckedPart[] => {
    const [part, sha256] = [byNumber.get(number), announced.get(number)];
    return part === undefined || sha256 === undefined ? [] : [{ ...part, sha256 }];
  });
  const wrongSize = checked.filter(({ number, size }) => size !== partBytes(upload, number));
  if (wrongSize.length > 0) {
    throw incomplete(
      `These parts have another length than announced: ${listed(wrongSize.map((part) => part.number))}.`,
      {
        wrongLength: wrongSize.map(({ number, size }) => ({ number, size })),
      },
    );
  }
  const wrong = checked.filter(({ number, sha256 }) => (byNumber.get(number)?.sha256 ?? sha256) !== sha256);
  if (wrong.length > 0) {
    throw mismatch(
      `These parts are not the bytes that were signed last: ${listed(wrong.map((part) => part.number))}.`,
      {
        parts: wrong.map(({ number }) => number),
      },
    );
  }
  return checked;
};

/**
 * Reads an object back part by part, where its node neither checks parts nor tells their sha256.
 * @throws checksum_mismatch
 */
const verifyByReading = async (client: NodeClient, upload: Upload, announced: ReadonlyMap<number, string>) => {
  for (let number = 1; number <= upload.parts; number += 1) {
    const start = (number - 1) * upload.partSize;
    const range = { start, end: start + partBytes(upload, number) - 1 };
    const found = await readBack(await client.read({ ...upload.place, range }));
    if (found.sha256 === announced.get(number)) continue;
    throw checksumMismatch(
      `The SHA-256 of part ${number} is ${found.sha256}, ${announced.get(number)} was signed. The parts are put together already: abort this upload and make a new one.`,
    );
  }
};

/** Undefined where the node knows the multipart upload not (any more): it may be an object by now. */
const whileInParts = async <Result>(work: Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (isError(error, multipartMissing)) return undefined;
    throw error;
  }
};

/**
 * Puts the parts together if that was not done yet: an earlier try may have got so far and died. Answers what every part
 * is, by number.
 * @throws upload_incomplete, checksum_mismatch
 */
export const assembleParts = async (
  client: NodeClient,
  home: Home,
  upload: Upload,
  multipart: string,
  announced: ReadonlyMap<number, string>,
): Promise<readonly { readonly size: number; readonly sha256: string }[]> => {
  const key = { ...upload.place, multipart };
  const seen = await whileInParts(allParts(client, key));
  if (seen !== undefined) {
    const parts = checkParts(upload, announced, seen);
    await whileInParts(client.completeMultipart({ ...key, parts }));
  }
  const head = await client.head(upload.place);
  if (head === undefined)
    throw incomplete('Its parts are gone from the storage node. Make a new upload.', { size: null });
  if (head.size !== upload.size) {
    throw incomplete(`Put together, the parts have ${head.size} bytes; ${upload.size} were announced.`, {
      size: head.size,
    });
  }
  const isChecked =
    home.capabilities?.partChecksums === true || (seen?.every(({ sha256 }) => sha256 !== null) ?? false);
  if (!isChecked) await verifyByReading(client, upload, announced);
  return Array.from({ length: upload.parts }, (_, index) => ({
    size: partBytes(upload, index + 1),
    sha256: announced.get(index + 1) ?? '',
  }));
};
