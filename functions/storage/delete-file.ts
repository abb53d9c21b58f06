import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import type { OpenFileStore } from './file-store.ts';
import { visibleFile } from './file-view.ts';
import { fileId } from './ids.ts';

export const deleteFileRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/storage/files/{fileId}',
  summary: 'Delete a file with all its versions',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  ifMatch: 'required',
  params: z.strictObject({ fileId: fileId.schema }),
  status: 204,
  errors: [versionMismatch],
});

interface Deps {
  readonly files: OpenFileStore;
  readonly now: Clock;
}

/** Its path and its quota are free at once; downloads that have begun come to their end. */
export const deleteFile =
  ({ files, now }: Deps): UseCase<typeof deleteFileRoute> =>
  async ({ caller, params, ifMatch, traceId }) => {
    const store = files(caller.tenant);
    const file = await visibleFile(store, params.fileId);
    const change = { at: toInstant(now()), actor: actorOf(caller), traceId };
    const isWanted = ifMatch === undefined || ifMatch === file.version;
    if (!isWanted || !(await store.remove(file, change))) {
      throw versionMismatch('The file was changed meanwhile. Look at it again before you delete it.');
    }
    return { body: undefined };
  };
