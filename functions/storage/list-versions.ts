import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { OpenFileStore } from './file-store.ts';
import { VersionView, versionView, visibleFile } from './file-view.ts';
import { fileId } from './ids.ts';

export const listVersionsRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/files/{fileId}/versions',
  summary: 'List the versions of a file that are kept, newest first',
  callers: ['staff', 'secret'],
  permission: 'storage:read',
  params: z.strictObject({ fileId: fileId.schema }),
  /** Ten at most, so there is one page. */
  response: z.object({ items: z.array(VersionView), next: z.null() }),
  status: 200,
});

interface Deps {
  readonly files: OpenFileStore;
}

export const listVersions =
  ({ files }: Deps): UseCase<typeof listVersionsRoute> =>
  async ({ caller, params }) => {
    const store = files(caller.tenant);
    const file = await visibleFile(store, params.fileId);
    const versions = await store.versions(file.id);
    return {
      body: { items: versions.map((version) => versionView(version, file)), next: null },
      version: file.version,
    };
  };
