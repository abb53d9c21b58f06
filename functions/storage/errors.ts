import { defineError } from '../../lib/runtime/errors.ts';

/** The path is taken, and If-Match did not say that its file is to be overwritten. */
export const fileExists = defineError('file_exists', 409, 'There is a file at this path');
export const quotaExceeded = defineError('quota_exceeded', 409, 'The shop has no storage left');
/** No node takes the file, for now. */
export const storageUnavailable = defineError('storage_unavailable', 503, 'No storage node takes the file');
export const uploadExpired = defineError('upload_expired', 409, 'The upload took too long');
export const uploadAborted = defineError('upload_aborted', 409, 'The upload was aborted');
export const uploadCompleted = defineError('upload_completed', 409, 'The upload is complete');
/** Not all of what was announced has arrived. */
export const uploadIncomplete = defineError('upload_incomplete', 409, 'The upload is not complete');
/** What arrived is not what was announced. */
export const checksumMismatch = defineError('checksum_mismatch', 422, 'The bytes are not those that were announced');
