import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { pathRefusal } from './begin-upload.ts';
import { fileExists } from './errors.ts';
import type { FetchJob, FetchMessage, OpenFetchJobs } from './fetch-job.ts';
import { FetchView, fetchView } from './fetch-view.ts';
import type { OpenFileStore } from './file-store.ts';
import { Visibility } from './model.ts';
import { refuseHopeless, sourceRefused } from './http-source.ts';
import { uploadId } from './ids.ts';
import { FilePath } from './paths.ts';
import { ContentType } from './serving.ts';

export const uploadFromUrlRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/uploads/from-url',
  summary: 'Have a file of the public Internet fetched and stored',
  callers: ['staff', 'secret'],
  permission: 'storage:write',
  idempotency: 'required',
  ifMatch: 'optional',
  body: z.strictObject({
    /** http or https, on a public address, which says how long the file is; three redirects at most. */
    url: z.string().min(1).max(4000),
    path: FilePath,
    /** What the source says unless said. */
    contentType: ContentType.optional(),
    visibility: Visibility.default('private'),
  }),
  response: FetchView,
  status: 202,
  errors: [sourceRefused, fileExists, versionMismatch],
});

interface Deps {
  readonly files: OpenFileStore;
  readonly jobs: OpenFetchJobs;
  readonly send: (message: FetchMessage) => Promise<void>;
  readonly allowLoopback: boolean;
  readonly now: Clock;
}

/** Takes the wish; what becomes of it is read where uploads are read. Sent again, it is the same one. */
export const uploadFromUrl =
  ({ files, jobs, send, allowLoopback, now }: Deps): UseCase<typeof uploadFromUrlRoute> =>
  async ({ caller, body, ifMatch, idempotency, traceId }) => {
    const id = uploadId.derive(caller.tenant, idempotency.scope, 'from-url');
    const store = jobs(caller.tenant);
    const create = async (): Promise<{ job: FetchJob; replayed: boolean }> => {
      refuseHopeless(body.url, { allowLoopback });
      const refusal = pathRefusal(
        { path: body.path, overwrites: ifMatch },
        await files(caller.tenant).fileAt(body.path),
      );
      if (refusal !== undefined) throw refusal;
      const made: FetchJob = {
        id,
        state: 'fetching',
        url: body.url,
        path: body.path,
        overwrites: ifMatch ?? null,
        visibility: body.visibility,
        contentType: body.contentType ?? null,
        scope: idempotency.scope,
        failure: null,
        uploadId: null,
        requestHash: idempotency.requestHash,
        actor: actorOf(caller),
        traceId,
        createdAt: toInstant(now()),
      };
      const there = await store.create(made);
      return { job: there ?? made, replayed: there !== undefined };
    };
    const earlier = await store.find(id);
    const { job, replayed } = earlier === undefined ? await create() : { job: earlier, replayed: true };
    assertSameRequest(job.requestHash, idempotency);
    if (job.state === 'fetching') await send({ tenant: caller.tenant, id });
    const upload = job.uploadId === null ? undefined : await files(caller.tenant).upload(job.uploadId);
    return {
      body: fetchView(job, upload?.fileId ?? null, now()),
      location: `/v1/storage/uploads/${id}`,
      replayed,
    };
  };
