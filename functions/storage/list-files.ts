import * as z from 'zod';
import { decodeCursor, encodeCursor, ListQuery } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { ListPosition, OpenFileStore } from './file-store.ts';
import { FileView, fileView } from './file-view.ts';
import { PathPrefix } from './paths.ts';

const Position = z.union([z.strictObject({ after: z.string() }), z.strictObject({ from: z.string() })]);

export const listFilesRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/files',
  summary: 'List files by path, with folders as one entry each if you like',
  callers: ['staff', 'secret'],
  permission: 'storage:read',
  query: z.strictObject({
    ...ListQuery.shape,
    prefix: PathPrefix.default(''),
    /** With it, what is below a folder is listed as that folder alone. */
    delimiter: z.literal('/').optional(),
  }),
  response: z.object({
    items: z.array(FileView),
    /** Begin and end of the paths of the page's folders: `products/2026/`. */
    folders: z.array(z.string()),
    next: z.string().nullable(),
  }),
  status: 200,
});

interface Deps {
  readonly files: OpenFileStore;
}

export const listFiles =
  ({ files }: Deps): UseCase<typeof listFilesRoute> =>
  async ({ caller, query }) => {
    const { prefix, delimiter, limit, cursor } = query;
    const store = files(caller.tenant);
    const filter = { prefix, delimiter };
    const position: ListPosition | undefined =
      cursor === undefined ? undefined : Position.parse(decodeCursor(caller.tenant, filter, cursor));
    const page = await store.list({ prefix, folders: delimiter !== undefined, limit, position });
    const ids = page.entries.flatMap((entry) => ('fileId' in entry ? [entry.fileId] : []));
    // A file that was deleted between the two reads is no entry any more.
    const found = (await store.files(ids)).filter(({ state }) => state === 'visible');
    const byId = new Map(found.map((file) => [file.id, file]));
    return {
      body: {
        items: ids.flatMap((id) => byId.get(id) ?? []).map(fileView),
        folders: page.entries.flatMap((entry) => ('folder' in entry ? [entry.folder] : [])),
        next: page.next === undefined ? null : encodeCursor(caller.tenant, filter, { ...page.next }),
      },
    };
  };
