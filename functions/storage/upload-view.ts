import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { notFound, versionMismatch } from '../../lib/runtime/errors.ts';
import type { AppError } from '../../lib/runtime/errors.ts';
import { uploadAborted, uploadCompleted, uploadExpired } from './errors.ts';
import { Sha256, type Upload, UploadState, Visibility } from './model.ts';
import { fileId, type UploadId, uploadId } from './ids.ts';

/** An upload as its shop sees it. Where its bytes go is no part of it. */
export const UploadView = z.object({
  id: uploadId.schema,
  state: UploadState,
  /** The file that it becomes, or becomes a version of. */
  fileId: fileId.schema,
  path: z.string(),
  size: z.int(),
  /** Null for an upload in parts. */
  sha256: Sha256.nullable(),
  contentType: z.string(),
  visibility: Visibility,
  expiresAt: Instant,
  createdAt: Instant,
});

export const isOver = (upload: Upload, now: Date): boolean => upload.expiresAt <= now.toISOString();

/** An open upload whose time is over has expired, whether or not it was cleared away already. */
export const stateOf = (upload: Upload, now: Date): Upload['state'] =>
  upload.state === 'open' && isOver(upload, now) ? 'expired' : upload.state;

export const uploadView = (upload: Upload, now: Date): z.output<typeof UploadView> => ({
  id: upload.id,
  state: stateOf(upload, now),
  fileId: upload.fileId,
  path: upload.path,
  size: upload.size,
  sha256: upload.sha256,
  contentType: upload.contentType,
  visibility: upload.visibility,
  expiresAt: upload.expiresAt,
  createdAt: upload.createdAt,
});

export const noSuchUpload = (id: UploadId): AppError => notFound(`There is no upload ${id}.`);

export const pathChanged = (path: string): AppError =>
  versionMismatch(
    `The file at ${JSON.stringify(path)} was changed while this upload was under way, so its bytes were thrown away. Read the file, and upload again with its ETag as If-Match if it is still to be overwritten.`,
  );

/** Why nothing can be done with an upload any more; undefined while it is open. */
export const refusalOf = (upload: Upload, now: Date): AppError | undefined => {
  switch (stateOf(upload, now)) {
    case 'open':
      return undefined;
    case 'completed':
      return uploadCompleted(`The upload ${upload.id} is complete. Its file is ${upload.fileId}.`);
    case 'aborted':
      return uploadAborted(`The upload ${upload.id} was aborted. Make a new one.`);
    case 'expired':
      return uploadExpired(`The upload ${upload.id} could be completed until ${upload.expiresAt}. Make a new one.`);
    case 'refused':
      return pathChanged(upload.path);
  }
};
