import * as z from 'zod';
import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { conflict, invalidRequest } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { secondsLeft } from './create-upload.ts';
import { uploadAborted, uploadCompleted, uploadExpired } from './errors.ts';
import type { OpenFileStore } from './file-store.ts';
import { Sha256 } from './model.ts';
import { uploadId } from './ids.ts';
import type { OpenNode } from './node-client.ts';
import type { RecentNode } from './recent-nodes.ts';
import { partBytes } from './upload-plan.ts';
import { noSuchUpload, refusalOf } from './upload-view.ts';

const MAX_AT_ONCE = 100;

export const signPartsRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/uploads/{uploadId}/parts',
  summary: 'Get the URLs of parts of an upload',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  params: z.strictObject({ uploadId: uploadId.schema }),
  body: z.strictObject({
    parts: z
      .array(z.strictObject({ number: z.int().min(1), sha256: Sha256 }))
      .min(1)
      .max(MAX_AT_ONCE)
      .refine(
        (parts) => new Set(parts.map(({ number }) => number)).size === parts.length,
        'must have each number once only',
      ),
  }),
  response: z.object({
    parts: z.array(
      z.object({
        number: z.int(),
        size: z.int(),
        method: z.literal('PUT'),
        url: z.string(),
        headers: z.record(z.string(), z.string()),
      }),
    ),
  }),
  status: 200,
  errors: [uploadExpired, uploadAborted, uploadCompleted, conflict],
});

interface Deps {
  readonly files: OpenFileStore;
  readonly node: RecentNode;
  readonly openNode: OpenNode;
  readonly now: Clock;
}

/**
 * Signs parts with their length and sha256. A part may be signed and uploaded again, with other bytes too: what was signed
 * last must be what is there at completion.
 */
export const signParts =
  ({ files, node, openNode, now }: Deps): UseCase<typeof signPartsRoute> =>
  async ({ caller, params, body }) => {
    const store = files(caller.tenant);
    const open = async () => {
      const upload = await store.upload(params.uploadId);
      if (upload === undefined) throw noSuchUpload(params.uploadId);
      const refusal = refusalOf(upload, now());
      if (refusal !== undefined) throw refusal;
      return upload;
    };
    const upload = await open();
    const { multipart, parts, place } = upload;
    if (multipart === null) {
      if (parts > 0) throw conflict('This upload is not ready yet. Send its announcement again, with the same key.');
      throw invalidRequest('This upload is one request, not parts: its URL was in the answer to its announcement.');
    }
    const tooHigh = body.parts.find(({ number }) => number > parts);
    if (tooHigh !== undefined) {
      throw invalidRequest(`body.parts: there is no part ${tooHigh.number}; this upload has ${parts}.`);
    }
    const home = await node(place.nodeId);
    const at = now();
    const seconds = secondsLeft(upload, home.lifetimes.putSeconds, at);
    if (!(await store.announceParts(upload.id, body.parts, secondsAfter(at, seconds), toInstant(at)))) {
      await open();
      throw conflict('This upload is being completed just now. Wait for the answer to its completion.');
    }
    const client = openNode(home);
    const signed = body.parts.map(async ({ number, sha256 }) => {
      const size = partBytes(upload, number);
      const put = await client.signPart({ ...place, multipart, number, size, sha256, seconds });
      return { number, size, ...put, headers: { ...put.headers } };
    });
    return { body: { parts: await Promise.all(signed) } };
  };
