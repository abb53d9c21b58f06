import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import type { OpenFileStore } from './file-store.ts';
import { FileView, fileView, keptVersion, visibleFile } from './file-view.ts';
import { fileId } from './ids.ts';

export const restoreVersionRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/files/{fileId}/restore',
  summary: 'Show an earlier version of a file again',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  ifMatch: 'required',
  params: z.strictObject({ fileId: fileId.schema }),
  body: z.strictObject({ number: z.int().min(1) }),
  response: FileView,
  status: 200,
  errors: [versionMismatch],
});

interface Deps {
  readonly files: OpenFileStore;
  readonly now: Clock;
}

/** No bytes move: the file shows another of its versions, and takes no more of the quota. */
export const restoreVersion =
  ({ files, now }: Deps): UseCase<typeof restoreVersionRoute> =>
  async ({ caller, params, body, ifMatch, traceId }) => {
    const store = files(caller.tenant);
    const file = await visibleFile(store, params.fileId);
    const stale = () => versionMismatch('The file was changed meanwhile. Look at its versions again.');
    if (ifMatch !== undefined && ifMatch !== file.version) throw stale();
    const version = await keptVersion(store, file, body.number);
    const change = { at: toInstant(now()), actor: actorOf(caller), traceId };
    const restored = await store.restore(file, version, change);
    if (restored === undefined) throw stale();
    return { body: fileView(restored), version: restored.version };
  };
