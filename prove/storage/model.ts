/** What is at a path: a file with its ETag and content; null: nothing. */
export type Shown = { readonly fileId: string; readonly etag: number; readonly sha256: string } | null;

/** What an attempt may make of a path. `any`: whatever the file once had. */
export type Outcome =
  | { readonly kind: 'content'; readonly sha256: string }
  | { readonly kind: 'gone'; readonly fileId: string }
  | { readonly kind: 'restored'; readonly fileId: string };

/** A change that a client asked for and does not know the end of yet. */
export interface Attempt {
  /** The client was told what is there now. */
  succeeded(shown: Shown): void;
  /** The client was told that nothing was changed. */
  refused(): void;
  /** The client will never know. */
  unknown(): void;
}

/** A read that is under way: whatever the path showed meanwhile is right. */
export interface Reading {
  isRight(sha256: string | null): boolean;
}

/**
 * What clients know: per path one register, in the plainest way. What is at a path is what was acknowledged last, or what an
 * attempt made of it whose end nobody knows yet.
 */
export interface Model {
  attempt(path: string, outcome: Outcome): Attempt;
  read(path: string): Reading;
  /** Looks at everything that is shown now; tells what nobody asked for. */
  see(shown: ReadonlyMap<string, Shown>): string[];
  /** Nobody is at work any more: attempts of which nobody will ever know the end have had it. */
  settle(): void;
  /** What is at the paths by all that is known. */
  shown(): ReadonlyMap<string, Shown>;
}

interface Open {
  readonly outcome: Outcome;
  readonly began: number;
  dead: boolean;
}
interface Register {
  state: Shown;
  /** What was there lately, the newest last. */
  seen: Shown[];
  open: Set<Open>;
  /** Outcomes that were acknowledged, with the time of it. */
  told: { readonly at: number; readonly shown: Shown }[];
}

const same = (left: Shown, right: Shown): boolean =>
  left?.fileId === right?.fileId && left?.etag === right?.etag && left?.sha256 === right?.sha256;
const explains = ({ outcome }: Open, shown: Shown, seen: readonly Shown[]): boolean => {
  if (outcome.kind === 'gone') return shown === null;
  if (outcome.kind === 'content') return shown?.sha256 === outcome.sha256;
  return shown?.fileId === outcome.fileId && seen.some((before) => before?.sha256 === shown.sha256);
};
const text = (shown: Shown): string =>
  shown === null ? 'nothing' : `${shown.fileId} at ${shown.etag} with ${shown.sha256.slice(0, 8)}`;

export const createModel = (): Model => {
  const registers = new Map<string, Register>();
  let time = 0;
  const register = (path: string): Register => {
    const there = registers.get(path) ?? { state: null, seen: [null], open: new Set(), told: [] };
    registers.set(path, there);
    return there;
  };
  const now = ({ seen }: Register): Shown => seen.at(-1) ?? null;

  return {
    attempt: (path, outcome) => {
      const at = register(path);
      const open: Open = { outcome, began: (time += 1), dead: false };
      at.open.add(open);
      /** What is there now may also be what others made of it meanwhile. */
      const resolve = (own: Shown): void => {
        at.open.delete(open);
        const others = at.told.flatMap((told) => (told.at > open.began ? [told.shown] : []));
        const meanwhile = [...at.open].some((other) => explains(other, now(at), at.seen));
        at.state = meanwhile || others.some((other) => same(other, now(at))) ? now(at) : own;
      };
      return {
        succeeded: (shown) => {
          at.told.push({ at: (time += 1), shown });
          resolve(shown);
        },
        refused: () => resolve(at.state),
        unknown: () => (open.dead = true),
      };
    },
    read: (path) => {
      const at = register(path);
      const from = at.seen.length - 1;
      return { isRight: (sha256) => at.seen.slice(from).some((shown) => (shown?.sha256 ?? null) === sha256) };
    },
    see: (shown) => {
      for (const path of shown.keys()) register(path);
      return [...registers].flatMap(([path, at]) => {
        const actual = shown.get(path) ?? null;
        if (!same(actual, now(at))) at.seen.push(actual);
        const right = same(actual, at.state) || [...at.open].some((open) => explains(open, actual, at.seen));
        return right ? [] : [`${path} shows ${text(actual)}, and clients were told of ${text(at.state)}`];
      });
    },
    settle: () => {
      for (const at of registers.values()) {
        if ([...at.open].some(({ dead }) => !dead)) continue;
        at.state = now(at);
        at.open.clear();
        at.told = [];
      }
    },
    shown: () => new Map([...registers].map(([path, { state }]) => [path, state])),
  };
};
