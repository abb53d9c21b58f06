import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { checksumMismatch, uploadAborted, uploadExpired, uploadIncomplete } from './errors.ts';
import { Sha256, type Upload, Visibility } from './model.ts';
import { publicUrlOf } from './file-view.ts';
import { type FinishDeps, finishUpload } from './finish-upload.ts';
import { fileId, uploadId } from './ids.ts';

/** What an upload has become. The file may have been changed again since. */
const Completed = z.object({
  id: uploadId.schema,
  state: z.literal('completed'),
  fileId: fileId.schema,
  /** The number of the version that it is. */
  number: z.int(),
  path: z.string(),
  visibility: Visibility,
  size: z.int(),
  sha256: Sha256.nullable(),
  contentType: z.string(),
  publicUrl: z.string().nullable(),
});

export const completeUploadRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/uploads/{uploadId}/complete',
  summary: 'Make what was uploaded visible, once it is verified',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  idempotency: 'optional',
  params: z.strictObject({ uploadId: uploadId.schema }),
  response: Completed,
  status: 200,
  errors: [uploadIncomplete, checksumMismatch, versionMismatch, uploadExpired, uploadAborted],
});

const completedView = (upload: Upload): z.input<typeof Completed> => {
  const { id, fileId: file, number, path, visibility, size, sha256, contentType } = upload;
  const publicUrl = visibility === 'public' ? publicUrlOf({ id: file, path }) : null;
  return { id, state: 'completed', fileId: file, number, path, visibility, size, sha256, contentType, publicUrl };
};

/** Twice is once: the answer is the same each time, with the ETag that the file had at completion. */
export const completeUpload = (deps: FinishDeps): UseCase<typeof completeUploadRoute> => {
  const finish = finishUpload(deps);
  return async ({ caller, params }) => {
    const { upload, replayed } = await finish(caller.tenant, params.uploadId);
    return { body: completedView(upload), version: upload.expects + 1, replayed };
  };
};
