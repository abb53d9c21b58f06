import { createHash } from 'node:crypto';
import { isError } from '../../lib/runtime/errors.ts';
import type { FileVersion, Move, Place } from './model.ts';
import { multipartMissing, type NodeClient, type PartSeen } from './node-client.ts';

/** One part's checksum, as it was signed. */
export interface PartSum {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A copy did not come about. `side` is the node that is to blame; `bytes`: what is there is not what was announced. */
export class CopyFailed extends Error {
  readonly side: 'source' | 'target';
  readonly why: 'node' | 'bytes';
  constructor(side: CopyFailed['side'], why: CopyFailed['why'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CopyFailed';
    this.side = side;
    this.why = why;
  }
}

/** What of a move is kept between invocations: how far the copy is. */
export type CopyState = Pick<Move, 'multipart' | 'copied' | 'checked'>;

export interface Copying {
  readonly source: NodeClient;
  readonly target: NodeClient;
  readonly version: FileVersion;
  readonly to: Place;
  /** The checksums of a multipart version's parts, in order; none of another. */
  readonly sums: readonly PartSum[];
  /** True when an invocation before this one may have begun. */
  readonly resumed: boolean;
  /** Keeps how far the copy is, under the fence of the move. */
  readonly save: (state: CopyState) => Promise<void>;
  /** Is there time for another part? */
  readonly goesOn: () => boolean;
}

export interface Copied {
  readonly whole: boolean;
  readonly state: CopyState;
  /** Was something achieved that the next invocation need not do again? */
  readonly progress: boolean;
}

interface Part extends PartSum {
  readonly number: number;
  readonly start: number;
}

/** Parts under way at once: enough to fill a line, few enough for the memory of a small function. */
const AT_ONCE = 3;

const partsOf = (version: FileVersion, sums: readonly PartSum[]): Part[] => {
  if (sums.length !== version.parts)
    throw new CopyFailed(
      'source',
      'bytes',
      `The version has ${version.parts} parts, but the checksums of ${sums.length}.`,
    );
  return sums.map((sum, index) => ({ ...sum, number: index + 1, start: index * version.partSize }));
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const onSide =
  (side: CopyFailed['side']) =>
  (error: unknown): never => {
    if (error instanceof CopyFailed) throw error;
    throw new CopyFailed(side, 'node', textOf(error), error);
  };

const shortly = (sha256: string): string => sha256.slice(0, 12);

/**
 * The bytes of a range as they come, never more than a piece in memory. What is not what was announced throws after the
 * last piece, before whoever reads hears of the end.
 */
async function* exactly(client: NodeClient, side: CopyFailed['side'], place: Place, part: Omit<Part, 'number'>) {
  const hash = createHash('sha256');
  let size = 0;
  try {
    if (part.size > 0) {
      const range = { start: part.start, end: part.start + part.size - 1 };
      for await (const piece of await client.read({ bucket: place.bucket, key: place.key, range })) {
        size += piece.length;
        hash.update(piece);
        yield piece;
      }
    }
  } catch (error) {
    onSide(side)(error);
  }
  const found = hash.digest('hex');
  if (size !== part.size || found !== part.sha256)
    throw new CopyFailed(
      side,
      'bytes',
      `Of ${place.key}, ${part.size} bytes from byte ${part.start} should have the sha256 ${shortly(part.sha256)}..., ` +
        `but the node gave ${size} bytes with ${shortly(found)}...`,
    );
}

/** Sends bytes of the source to the target. Whose fault a failure is, is known by who failed first. */
const pass = async (
  source: NodeClient,
  from: Place,
  part: Omit<Part, 'number'>,
  send: (body: AsyncIterable<Uint8Array>) => Promise<unknown>,
): Promise<void> => {
  let atSource: unknown;
  const body = async function* () {
    try {
      yield* exactly(source, 'source', from, part);
    } catch (error) {
      atSource = error;
      throw error;
    }
  };
  try {
    await send(body());
  } catch (error) {
    if (atSource !== undefined) throw atSource;
    onSide('target')(error);
  }
};

/** All of them, some at once, until time is up. When one fails the others under way are waited for: nothing is left running. */
const inTurn = async <Item>(
  items: readonly Item[],
  goesOn: () => boolean,
  work: (item: Item) => Promise<void>,
): Promise<{ readonly done: number; readonly failure: unknown }> => {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    if (start > 0 && !goesOn()) return { done: start, failure: undefined };
    const outcomes = await Promise.allSettled(items.slice(start, start + AT_ONCE).map(work));
    const first = outcomes.findIndex(({ status }) => status === 'rejected');
    const failed = outcomes[first];
    if (failed?.status === 'rejected') return { done: start + first, failure: failed.reason };
  }
  return { done: items.length, failure: undefined };
};

const readBack = async (target: NodeClient, to: Place, part: Omit<Part, 'number'>): Promise<void> => {
  const pieces = exactly(target, 'target', to, part)[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
};

const copyWhole = async ({ source, target, version, to }: Copying): Promise<void> => {
  const { sha256, size, contentType } = version;
  if (sha256 === null) throw new CopyFailed('source', 'bytes', 'The version has neither a checksum nor parts.');
  const all = { start: 0, size, sha256 };
  await pass(source, version.place, all, (body) =>
    target.put({ bucket: to.bucket, key: to.key, size, sha256, contentType, body }),
  );
  const seen = await target.head({ bucket: to.bucket, key: to.key }).catch(onSide('target'));
  if (seen?.size !== size)
    throw new CopyFailed('target', 'bytes', `The node has ${seen?.size ?? 'no'} bytes of ${to.key}, not ${size}.`);
  await readBack(target, to, all);
};

/** The parts that the target has, by number; undefined when it knows the multipart upload not (any more). */
const partsThere = async (
  target: NodeClient,
  to: Place,
  multipart: string,
): Promise<Map<number, PartSeen> | undefined> => {
  const there = new Map<number, PartSeen>();
  let after: number | null = 0;
  try {
    while (after !== null) {
      const page: Awaited<ReturnType<NodeClient['listParts']>> = await target.listParts({
        bucket: to.bucket,
        key: to.key,
        multipart,
        ...(after === 0 ? {} : { after }),
      });
      for (const part of page.parts) there.set(part.number, part);
      after = page.next;
    }
  } catch (error) {
    if (isError(error, multipartMissing)) return undefined;
    return onSide('target')(error);
  }
  return there;
};

/** Begins a multipart upload, or takes one of an invocation that was cut off before it could say so. */
const begin = async ({ target, version, to, resumed }: Copying): Promise<string> => {
  const { bucket, key } = to;
  const begun = resumed ? (await target.listMultiparts(bucket)).find((one) => one.key === key) : undefined;
  return begun?.multipart ?? (await target.beginMultipart({ bucket, key, contentType: version.contentType }));
};

const isThere = async ({ target, version, to }: Copying): Promise<boolean> =>
  (await target.head({ bucket: to.bucket, key: to.key }).catch(onSide('target')))?.size === version.size;

/** Copies what is missing and puts the parts together. */
const copyParts = async (copying: Copying, before: CopyState, parts: readonly Part[]): Promise<Copied> => {
  const { source, target, version, to, save, goesOn } = copying;
  const { bucket, key } = to;
  const done = (progress: boolean): Copied => ({
    whole: true,
    state: { multipart: null, copied: true, checked: 0 },
    progress,
  });
  let state = before;
  if (state.multipart === null) {
    state = { ...state, multipart: await begin(copying).catch(onSide('target')) };
    await save(state);
  }
  const multipart = state.multipart ?? '';
  const there = copying.resumed ? await partsThere(target, to, multipart) : new Map<number, PartSeen>();
  if (there === undefined) {
    // It was completed, and whoever did so was cut off; or the node lost it.
    if (await isThere(copying)) return done(true);
    return { whole: false, state: { multipart: null, copied: false, checked: 0 }, progress: false };
  }
  const missing = parts.filter(({ number, size, sha256 }) => {
    const part = there.get(number);
    return part === undefined || part.size !== size || (part.sha256 ?? sha256) !== sha256;
  });
  const etags = new Map([...there].map(([number, { etag }]) => [number, etag]));
  const { done: copied, failure } = await inTurn(missing, goesOn, async (part) => {
    const { number, size, sha256 } = part;
    await pass(source, version.place, part, async (body) => {
      const { etag } = await target.putPart({ bucket, key, multipart, number, size, sha256, body });
      etags.set(number, etag);
    });
  });
  if (failure !== undefined && copied === 0) throw failure;
  if (copied < missing.length) return { whole: false, state, progress: copied > 0 };
  try {
    const all = parts.map(({ number, sha256 }) => ({ number, sha256, etag: etags.get(number) ?? '' }));
    await target.completeMultipart({ bucket, key, multipart, parts: all });
  } catch (error) {
    if (!isError(error, multipartMissing) || !(await isThere(copying))) return onSide('target')(error);
  }
  return done(true);
};

const checkParts = async (copying: Copying, state: CopyState, parts: readonly Part[]): Promise<Copied> => {
  const left = parts.slice(state.checked);
  const { done, failure } = await inTurn(left, copying.goesOn, (part) => readBack(copying.target, copying.to, part));
  const checked = state.checked + done;
  if (failure !== undefined && (done === 0 || isWrong(failure))) throw failure;
  return { whole: checked === parts.length, state: { ...state, checked }, progress: done > 0 };
};

const isWrong = (error: unknown): boolean => error instanceof CopyFailed && error.why === 'bytes';

/**
 * Copies a version's bytes to where a move wants them, reads them back and compares: as much of it as there is time for.
 * No more than a piece of each part under way is in memory. Whatever was cut off where, it is called again with the state
 * that was kept last.
 *
 * @throws CopyFailed
 */
export const copyObject = async (copying: Copying, state: CopyState): Promise<Copied> => {
  if (copying.version.parts === 0) {
    await copyWhole(copying);
    return { whole: true, state, progress: true };
  }
  const parts = partsOf(copying.version, copying.sums);
  if (state.copied) return checkParts(copying, state, parts);
  const copied = await copyParts(copying, state, parts);
  if (!copied.whole) return copied;
  await copying.save(copied.state);
  return copying.goesOn() ? checkParts(copying, copied.state, parts) : { ...copied, whole: false };
};
