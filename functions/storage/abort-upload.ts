import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { endUpload } from './begin-upload.ts';
import { uploadCompleted } from './errors.ts';
import type { OpenFileStore } from './file-store.ts';
import { uploadId } from './ids.ts';
import type { SpaceStore } from './space.ts';
import { noSuchUpload, refusalOf } from './upload-view.ts';

export const abortUploadRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/storage/uploads/{uploadId}',
  summary: 'Abort an upload',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  params: z.strictObject({ uploadId: uploadId.schema }),
  status: 204,
  errors: [uploadCompleted],
});

interface Deps {
  readonly files: OpenFileStore;
  readonly space: Pick<SpaceStore, 'discard'>;
  readonly now: Clock;
}

/** Its quota is free at once, its space on the node when no URL leads there any more. One that has ended anyhow is left. */
export const abortUpload =
  ({ files, space, now }: Deps): UseCase<typeof abortUploadRoute> =>
  async ({ caller, params }) => {
    const store = files(caller.tenant);
    const find = async () => {
      const upload = await store.upload(params.uploadId);
      if (upload === undefined) throw noSuchUpload(params.uploadId);
      return upload;
    };
    const upload = await find();
    const last =
      upload.state === 'open' && !(await endUpload(store, space, upload, 'aborted', now())) ? await find() : upload;
    const refusal = last.state === 'completed' ? refusalOf(last, now()) : undefined;
    if (refusal !== undefined) throw refusal;
    return { body: undefined };
  };
