import type { Item, TenantDb } from '../../lib/runtime/db.ts';
import { nextPage, sortOf } from './list-pages.ts';
import type { Page, Position } from './page.ts';
import { FIRST_SORT_KEY, LAST_SORT_KEY, listPartition } from './product-keys.ts';
import { Listing } from './product-state.ts';
import type { ListFilter } from './product-store.ts';

const INDEXES = { created: undefined, updated: 'gsi1', title: 'gsi2' } as const;

/** One query per status that is asked for (a storefront asks for one); a category's page takes one read more. */
export const listProducts = async (
  db: TenantDb,
  filter: ListFilter,
  limit: number,
  from: Position | undefined,
): Promise<Page<Listing>> => {
  const { by, descending } = sortOf(filter.sort);
  const since = filter.updatedSince ?? FIRST_SORT_KEY;
  const lowest = descending || from === undefined || from.after < since ? since : from.after;
  const highest = descending && from !== undefined ? from.after : LAST_SORT_KEY;
  const index = INDEXES[by];
  const answers = await Promise.all(
    filter.statuses.map((status) =>
      db.query({
        pk: listPartition(filter.categoryId ?? 'all', status),
        sk: { between: [lowest, highest] },
        forward: !descending,
        // The last one of the page before is read again and left out; one more says whether there is a next page.
        limit: limit + (from === undefined ? 1 : 2),
        ...(index === undefined ? { consistent: true } : { index }),
      }),
    ),
  );
  const items = answers.flatMap((answer) => answer.items);
  const entries = filter.categoryId === undefined ? items : await fullEntries(db, filter, answers);
  return nextPage(
    entries.map((item) => Listing.parse(item)),
    filter.sort,
    limit,
    from,
  );
};

/** A category's entries have the same sort key in the list of everything, where they are complete. */
const fullEntries = (
  db: TenantDb,
  { statuses }: ListFilter,
  answers: readonly { readonly items: readonly Item[] }[],
): Promise<readonly Item[]> => {
  const keys = answers.flatMap(({ items }, index) => {
    const status = statuses[index];
    if (status === undefined) return [];
    return items.map((item) => ({ pk: listPartition('all', status), sk: String(item['sk']) }));
  });
  return db.batchGet(keys, { consistent: true });
};
