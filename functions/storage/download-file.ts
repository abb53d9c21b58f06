import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { OpenFileStore } from './file-store.ts';
import { keptVersion, visibleFile } from './file-view.ts';
import { fileId } from './ids.ts';
import { nodeUnavailable } from './node-client.ts';
import { linkTo, type LinkDeps } from './link-to.ts';

export const downloadFileRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/files/{fileId}/download',
  summary: 'Get the URL of a file’s bytes, as a redirect',
  callers: ['staff', 'secret'],
  permission: 'storage:read',
  params: z.strictObject({ fileId: fileId.schema }),
  query: z.strictObject({
    /** Number of a version; what is shown unless said. */
    version: z.coerce.number().int().min(1).optional(),
    /** `attachment`: to be saved, whatever its type. */
    disposition: z.enum(['inline', 'attachment']).optional(),
  }),
  status: 302,
  errors: [nodeUnavailable],
});

/** The URL lives for minutes. Ranges are asked of it, as of any S3 store. */
export const downloadFile = ({
  files,
  ...link
}: LinkDeps & { readonly files: OpenFileStore }): UseCase<typeof downloadFileRoute> => {
  const linkOf = linkTo(link);
  return async ({ caller, params, query }) => {
    const store = files(caller.tenant);
    const file = await visibleFile(store, params.fileId);
    const version = await keptVersion(store, file, query.version ?? file.current);
    const { url } = await linkOf(file, version, query.disposition === 'attachment');
    return { body: undefined, location: url };
  };
};
