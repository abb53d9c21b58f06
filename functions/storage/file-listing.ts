import * as z from 'zod';
import type { Query, TenantDb } from '../../lib/runtime/db.ts';
import type { Entry, Listing, ListPosition } from './file-store.ts';
import { fileId } from './ids.ts';
import { pathKey } from './keys.ts';
import { afterFolder, lastBelow } from './paths.ts';

const Claim = z.object({ sk: z.string(), fileId: fileId.schema });

/** Paths have no control characters, so none comes before a space. */
const FIRST = ' ';

const queryOf = (prefix: string, position: ListPosition | undefined, limit: number): Query => {
  const from = position !== undefined && 'from' in position ? position.from : prefix === '' ? FIRST : prefix;
  return {
    pk: pathKey('').pk,
    sk: { between: [from, lastBelow(prefix)] },
    limit,
    consistent: true,
    ...(position !== undefined && 'after' in position ? { after: pathKey(position.after) } : {}),
  };
};

const positionAfter = (entry: Entry): ListPosition =>
  'folder' in entry ? { from: afterFolder(entry.folder) } : { after: entry.path };

/**
 * A page of the claims of paths. A folder is one entry, and what is in it is jumped over, so a page costs about as many reads
 * as it has folders, however many files these have.
 */
export const listPaths = async (
  db: TenantDb,
  { prefix, folders, limit, position }: Listing,
): Promise<{ entries: readonly Entry[]; next: ListPosition | undefined }> => {
  const entries: Entry[] = [];
  const entryOf = (claim: z.output<typeof Claim>): Entry => {
    const slash = folders ? claim.sk.indexOf('/', prefix.length) : -1;
    return slash === -1 ? { path: claim.sk, fileId: claim.fileId } : { folder: claim.sk.slice(0, slash + 1) };
  };
  let from = position;
  // One more than asked for: whether there is a next page.
  while (entries.length <= limit) {
    const page = await db.query(queryOf(prefix, from, limit + 1 - entries.length));
    let folder: string | undefined;
    for (const item of page.items) {
      const claim = Claim.parse(item);
      if (folder !== undefined && claim.sk.startsWith(folder)) continue;
      const entry = entryOf(claim);
      folder = 'folder' in entry ? entry.folder : undefined;
      entries.push(entry);
      from = positionAfter(entry);
    }
    if (page.last === undefined) break;
  }
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  return { entries: shown, next: entries.length > limit && last !== undefined ? positionAfter(last) : undefined };
};
