import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { isError } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { OpenFetchJobs } from './fetch-job.ts';
import { FetchView, fetchView } from './fetch-view.ts';
import type { OpenFileStore } from './file-store.ts';
import type { Upload } from './model.ts';
import { uploadId } from './ids.ts';
import { multipartMissing, nodeUnavailable, type OpenNode } from './node-client.ts';
import type { RecentNode } from './recent-nodes.ts';
import { noSuchUpload, refusalOf, UploadView, uploadView } from './upload-view.ts';
import { allParts } from './verify-upload.ts';

const InParts = UploadView.extend({
  parts: z.int(),
  partSize: z.int(),
  /** The parts that the node has, in order: what need not be sent again after a break. */
  arrived: z.array(z.object({ number: z.int(), size: z.int() })),
});

export const getUploadRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/uploads/{uploadId}',
  summary: 'Read how far an upload is, and which of its parts have arrived',
  callers: ['staff', 'secret'],
  permission: 'storage:read',
  params: z.strictObject({ uploadId: uploadId.schema }),
  /** An upload by URL has a `url`. */
  response: z.union([InParts, UploadView, FetchView]),
  status: 200,
  errors: [nodeUnavailable],
});

interface Deps {
  readonly files: OpenFileStore;
  readonly jobs: OpenFetchJobs;
  readonly node: RecentNode;
  readonly openNode: OpenNode;
  readonly now: Clock;
}

export const getUpload = ({ files, jobs, node, openNode, now }: Deps): UseCase<typeof getUploadRoute> => {
  const arrivedParts = async ({ place }: Upload, multipart: string) => {
    try {
      const parts = await allParts(openNode(await node(place.nodeId)), { ...place, multipart });
      return parts.map(({ number, size }) => ({ number, size }));
    } catch (error) {
      // They are put together by now.
      if (isError(error, multipartMissing)) return [];
      throw error;
    }
  };
  return async ({ caller, params }) => {
    const store = files(caller.tenant);
    const upload = await store.upload(params.uploadId);
    if (upload === undefined) {
      const job = await jobs(caller.tenant).find(params.uploadId);
      if (job === undefined) throw noSuchUpload(params.uploadId);
      const became = job.uploadId === null ? undefined : await store.upload(job.uploadId);
      return { body: fetchView(job, became?.fileId ?? null, now()) };
    }
    const view = uploadView(upload, now());
    const { parts, partSize, multipart } = upload;
    if (parts === 0) return { body: view };
    const isOpen = refusalOf(upload, now()) === undefined;
    const arrived = isOpen && multipart !== null ? await arrivedParts(upload, multipart) : [];
    return { body: { ...view, parts, partSize, arrived } };
  };
};
