import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { invalidRequest, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { type BeginDeps, beginUpload } from './begin-upload.ts';
import { fileExists, quotaExceeded, storageUnavailable } from './errors.ts';
import { Sha256, type Upload, Visibility } from './model.ts';
import { FilePath } from './paths.ts';
import { ContentType } from './serving.ts';
import { MAX_FILE_BYTES, MAX_SINGLE_BYTES, planUpload } from './upload-plan.ts';
import { refusalOf, UploadView, uploadView } from './upload-view.ts';

export const NewUpload = z.strictObject({
  path: FilePath,
  /** Bytes. An upload whose length is not known beforehand is not possible. */
  size: z.int().min(0).max(MAX_FILE_BYTES),
  /** Of all bytes; needed up to 64 MiB. Parts of larger files are signed one by one instead. */
  sha256: Sha256.nullish(),
  contentType: ContentType.default('application/octet-stream'),
  visibility: Visibility.default('private'),
});

/** One request, with exactly these headers. */
const SinglePut = UploadView.extend({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});
/** Get the URLs of the parts, 100 at a time. All but the last have `partSize` bytes. */
const InParts = UploadView.extend({ parts: z.int(), partSize: z.int() });

export const createUploadRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/uploads',
  summary: 'Announce a file and get a URL to upload it to, or its parts',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  idempotency: 'required',
  ifMatch: 'optional',
  body: NewUpload,
  /** A replay whose upload has ended meanwhile gets no URL any more. */
  response: z.union([SinglePut, InParts, UploadView]),
  status: 201,
  errors: [fileExists, versionMismatch, quotaExceeded, storageUnavailable],
});

const checksumOf = ({ size, sha256 }: z.output<typeof NewUpload>): string | null => {
  const known = sha256 ?? null;
  if (size <= MAX_SINGLE_BYTES && known === null) {
    throw invalidRequest(
      `body.sha256: a file of up to ${MAX_SINGLE_BYTES} bytes is signed with its SHA-256, in lower-case hex.`,
    );
  }
  if (size > MAX_SINGLE_BYTES && known !== null) {
    throw invalidRequest(
      `body.sha256: a file of more than ${MAX_SINGLE_BYTES} bytes is uploaded in parts, which are signed one by one. Leave it out.`,
    );
  }
  return known;
};

/** Whole seconds for which a URL of an open upload may live. */
export const secondsLeft = (upload: Pick<Upload, 'expiresAt'>, most: number, now: Date): number =>
  Math.max(1, Math.min(most, Math.floor((Date.parse(upload.expiresAt) - now.getTime()) / 1000)));

/** Announces an upload once per Idempotency-Key; a replay gets a new URL for the same upload. */
export const createUpload = (deps: BeginDeps): UseCase<typeof createUploadRoute> => {
  const begin = beginUpload(deps);
  return async ({ body, caller, idempotency, ifMatch, traceId }) => {
    const { upload, replayed } = await begin({
      tenant: caller.tenant,
      scope: idempotency.scope,
      path: body.path,
      overwrites: ifMatch,
      size: body.size,
      sha256: checksumOf(body),
      contentType: body.contentType,
      visibility: body.visibility,
      plan: planUpload(body.size),
      requestHash: idempotency.requestHash,
      actor: actorOf(caller),
      traceId,
    });
    assertSameRequest(upload.requestHash, idempotency);
    const at = deps.now();
    const view = uploadView(upload, at);
    const answer = { location: `${createUploadRoute.path}/${upload.id}`, replayed };
    if (refusalOf(upload, at) !== undefined) return { ...answer, body: view };
    const { parts, partSize, place, size, sha256, contentType } = upload;
    if (sha256 === null) return { ...answer, body: { ...view, parts, partSize } };
    const home = await deps.node(place.nodeId);
    const seconds = secondsLeft(upload, home.lifetimes.putSeconds, at);
    const put = await deps.openNode(home).signPut({ ...place, size, sha256, contentType, seconds });
    return { ...answer, body: { ...view, ...put, headers: { ...put.headers } } };
  };
};
