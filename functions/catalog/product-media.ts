import type * as z from 'zod';
import type { Callable } from '../../lib/runtime/call.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { DescribeFiles } from '../storage/calls.ts';
import { unknownFile } from './errors.ts';
import type { Media, ShownMedia } from './model.ts';

/** Asks storage what files are: `callFunction(..., DescribeFiles)`. */
export type AskFiles = Callable<typeof DescribeFiles>;

/**
 * Pictures as they are kept: one that names a file of the shop gets the file's public address, which stays the same through
 * all its versions.
 * @throws unknown_file when a file is not the shop's own, not public or not there
 */
export const productMedia =
  (askFiles: AskFiles) =>
  async (
    context: { readonly tenant: TenantId; readonly traceId: string },
    media: readonly z.output<typeof Media>[],
  ): Promise<z.output<typeof ShownMedia>[]> => {
    const fileIds = [...new Set(media.flatMap((one) => ('fileId' in one ? [one.fileId] : [])))];
    const { files } = fileIds.length === 0 ? { files: [] } : await askFiles(context, { fileIds });
    const urls = new Map<string, string>(files.map(({ id, url }) => [id, url]));
    return media.map((one, index) => {
      if (!('fileId' in one)) return one;
      const url = urls.get(one.fileId);
      if (url !== undefined) return { url, alt: one.alt, fileId: one.fileId };
      const message = `${one.fileId} is no public file of this shop. Upload it with the visibility public, and name its fileId.`;
      throw unknownFile(message, {
        errors: [{ path: `body.media.${index}.fileId`, code: 'unknown_file', message }],
      });
    });
  };
