import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type * as z from 'zod';
import type { DescribeFiles } from './calls.ts';
import { nameOf } from './paths.ts';
import type { OpenFileStore } from './file-store.ts';
import { publicUrlOf } from './file-view.ts';

interface Deps {
  readonly files: OpenFileStore;
}

/** Of the files that were asked for, those that anybody may see. */
export const describeFiles =
  ({ files }: Deps) =>
  async (
    { tenant }: TenantCallContext,
    { fileIds }: z.output<typeof DescribeFiles.input>,
  ): Promise<z.input<typeof DescribeFiles.output>> => {
    const found = await files(tenant).files([...new Set(fileIds)]);
    const shown = found.filter(({ state, visibility }) => state === 'visible' && visibility === 'public');
    return {
      files: shown.map((file) => ({
        id: file.id,
        name: nameOf(file.path),
        contentType: file.contentType,
        size: file.size,
        url: publicUrlOf(file),
      })),
    };
  };
