import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { OpenFileStore } from './file-store.ts';
import { FileView, fileView, visibleFile } from './file-view.ts';
import { fileId } from './ids.ts';

export const getFileRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/files/{fileId}',
  summary: 'Read what a file is',
  callers: ['staff', 'secret'],
  permission: 'storage:read',
  params: z.strictObject({ fileId: fileId.schema }),
  response: FileView,
  status: 200,
});

interface Deps {
  readonly files: OpenFileStore;
}

export const getFile =
  ({ files }: Deps): UseCase<typeof getFileRoute> =>
  async ({ caller, params }) => {
    const file = await visibleFile(files(caller.tenant), params.fileId);
    return { body: fileView(file), version: file.version };
  };
