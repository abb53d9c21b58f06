import * as z from 'zod';
import { notFound } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { OpenFileStore } from './file-store.ts';
import { type FileId, fileId } from './ids.ts';
import { linkTo, type LinkDeps } from './link-to.ts';
import { nodeUnavailable } from './node-client.ts';
import { MAX_PATH_BYTES } from './paths.ts';

export const getPublicFileRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/public/{fileId}/{name}',
  summary: 'Read a public file, by a redirect',
  callers: 'public',
  params: z.strictObject({
    fileId: fileId.schema,
    /** For people and search engines; the id says which file it is. */
    name: z.string().min(1).max(MAX_PATH_BYTES),
  }),
  status: 302,
  errors: [notFound, nodeUnavailable],
});

interface Deps extends LinkDeps {
  readonly files: OpenFileStore;
  /** Whose a public file is, as an index knows it: it lags, so the file itself says what it is now. */
  readonly ownerOf: (id: FileId) => Promise<TenantId | undefined>;
}

/** May be cached for half of the time that its URL lives, so that what is taken from a cache can still be read. */
export const getPublicFile = ({ files, ownerOf, ...link }: Deps): UseCase<typeof getPublicFileRoute> => {
  const linkOf = linkTo(link);
  return async ({ params }) => {
    const nothing = () => notFound('There is no public file at this address.');
    const owner = await ownerOf(params.fileId);
    if (owner === undefined) throw nothing();
    const store = files(owner);
    const file = await store.file(params.fileId);
    if (file?.state !== 'visible' || file.visibility !== 'public') throw nothing();
    const version = await store.version(file.id, file.current);
    if (version?.state !== 'kept') throw nothing();
    const { url, seconds } = await linkOf(file, version, false);
    const headers = { 'cache-control': `public, max-age=${Math.floor(seconds / 2)}` };
    return { body: undefined, location: url, headers };
  };
};
