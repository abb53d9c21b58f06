import type { Page, Position } from './page.ts';
import { sortKeys } from './product-keys.ts';
import type { Listing } from './product-state.ts';
import type { ListSort } from './product-store.ts';

export const sortOf = (sort: ListSort): { readonly by: keyof typeof sortKeys; readonly descending: boolean } => {
  const descending = sort.startsWith('-');
  const name = descending ? sort.slice(1) : sort;
  return { by: name === 'title' ? 'title' : name === 'updated' ? 'updated' : 'created', descending };
};

/** By bytes, as DynamoDB sorts; JavaScript's own order differs beyond the basic plane. */
const compare = (first: string, second: string): number => Buffer.compare(Buffer.from(first), Buffer.from(second));

/** The page after a position, of listings that may come from several lists (one per status). */
export const nextPage = (
  listings: readonly Listing[],
  sort: ListSort,
  limit: number,
  from: Position | undefined,
): Page<Listing> => {
  const { by, descending } = sortOf(sort);
  const sorted = listings
    .map((listing) => ({ listing, key: sortKeys[by](listing) }))
    .filter(
      ({ key }) => from === undefined || (descending ? compare(key, from.after) < 0 : compare(key, from.after) > 0),
    )
    .sort((first, second) => (descending ? compare(second.key, first.key) : compare(first.key, second.key)));
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ listing }) => listing),
    next: sorted.length > limit && last !== undefined ? { after: last.key } : undefined,
  };
};
