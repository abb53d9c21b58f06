import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { nameKey } from './category-keys.ts';
import type { CategoryStore } from './category-store.ts';
import type { CategoryId } from './ids.ts';

/** Names from the root. */
export type CategoryPath = readonly string[];

/** What a path leads to: every category along it, from the root; undefined when one of them does not exist. */
export type ResolvedPaths = (path: CategoryPath) => readonly CategoryId[] | undefined;

const pathKey = (path: CategoryPath): string => JSON.stringify(path.map(nameKey));

interface Deps {
  readonly newId: () => CategoryId;
  readonly now: Clock;
}

/**
 * Finds the categories of paths, and makes those that are missing unless it is a dry run. What was found is remembered
 * as long as the resolver lives (one invocation), so that a path costs a read once.
 */
export const categoryResolver = (store: CategoryStore, { newId, now }: Deps, dryRun: boolean) => {
  const known = new Map<string, CategoryId>();

  const look = async (paths: readonly CategoryPath[]): Promise<void> => {
    if (paths.length === 0) return;
    const wanted = paths.map((path) => ({
      parentId: path.length === 1 ? null : (known.get(pathKey(path.slice(0, -1))) ?? null),
      name: path.at(-1) ?? '',
    }));
    const found = await store.findChildren(wanted);
    for (const [index, path] of paths.entries()) {
      const id = found[index];
      if (id !== undefined) known.set(pathKey(path), id);
    }
  };

  const make = async (paths: readonly CategoryPath[]): Promise<void> => {
    const instant = toInstant(now());
    const categories = paths.map((path) => ({
      id: newId(),
      version: 1,
      name: path.at(-1) ?? '',
      parentId: path.length === 1 ? null : (known.get(pathKey(path.slice(0, -1))) ?? null),
      metadata: {},
      externalId: null,
      createdAt: instant,
      updatedAt: instant,
    }));
    await store.createMany(categories);
    // Somebody else may have made one of them at the same moment: the store says which one it is.
    await look(paths);
  };

  /** The paths of one level that are not known, each once, below parents that are. */
  const unknownAt = (paths: readonly CategoryPath[], level: number): CategoryPath[] => {
    const distinct = new Map<string, CategoryPath>();
    for (const path of paths) {
      if (path.length < level) continue;
      const part = path.slice(0, level);
      const parentKnown = level === 1 || known.has(pathKey(part.slice(0, -1)));
      const key = pathKey(part);
      if (parentKnown && !known.has(key) && !distinct.has(key)) distinct.set(key, part);
    }
    return [...distinct.values()];
  };

  return async (paths: readonly CategoryPath[]): Promise<ResolvedPaths> => {
    const deepest = Math.max(0, ...paths.map((path) => path.length));
    for (let level = 1; level <= deepest; level += 1) {
      await look(unknownAt(paths, level));
      const missing = dryRun ? [] : unknownAt(paths, level);
      if (missing.length > 0) await make(missing);
    }
    return (path) => {
      const ids = path.map((_, index) => known.get(pathKey(path.slice(0, index + 1))));
      const found = ids.flatMap((id) => id ?? []);
      return found.length === path.length ? found : undefined;
    };
  };
};
