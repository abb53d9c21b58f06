import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { isError } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { endUpload } from './begin-upload.ts';
import { checksumMismatch, uploadIncomplete } from './errors.ts';
import type { OpenFileStore } from './file-store.ts';
import type { Upload } from './model.ts';
import type { OpenNode } from './node-client.ts';
import type { RecentNode } from './recent-nodes.ts';
import type { SpaceStore } from './space.ts';
import { noSuchUpload, pathChanged, refusalOf } from './upload-view.ts';
import { assembleParts, verifySingle } from './verify-upload.ts';

export interface FinishDeps {
  readonly files: OpenFileStore;
  readonly space: Pick<SpaceStore, 'discard'>;
  readonly node: RecentNode;
  readonly openNode: OpenNode;
  readonly now: Clock;
}

/**
 * Verifies what has arrived, and makes it the newest version of its file: all at once, or not at all. Of an upload that is
 * complete already, nothing is looked at again.
 * @throws upload_incomplete, checksum_mismatch (the upload stays open), version_mismatch, upload_expired, upload_aborted
 */
export const finishUpload =
  ({ files, space, node, openNode, now }: FinishDeps) =>
  async (tenant: TenantId, id: Upload['id']): Promise<{ readonly upload: Upload; readonly replayed: boolean }> => {
    const store = files(tenant);
    const read = async () => {
      const upload = await store.upload(id);
      if (upload === undefined) throw noSuchUpload(id);
      return upload;
    };

    const verifiedParts = async (upload: Upload, multipart: string) => {
      const home = await node(upload.place.nodeId);
      // What is checked from here on cannot be announced anew.
      await store.setSealed(id, true);
      const announced = await store.announcedParts(upload);
      try {
        return await assembleParts(openNode(home), home, upload, multipart, announced);
      } catch (error) {
        const canBeMended = isError(error, uploadIncomplete) || isError(error, checksumMismatch);
        if (canBeMended) await store.setSealed(id, false);
        throw error;
      }
    };
    const verified = async (upload: Upload) => {
      if (upload.multipart !== null) return verifiedParts(upload, upload.multipart);
      const home = await node(upload.place.nodeId);
      await verifySingle(openNode(home), home, upload);
      return [];
    };

    const upload = await read();
    if (upload.state === 'completed') return { upload, replayed: true };
    const refusal = refusalOf(upload, now());
    if (refusal !== undefined) throw refusal;
    const parts = await verified(upload);
    switch (await store.complete(upload, parts, toInstant(now()))) {
      case 'completed':
        return { upload, replayed: false };
      case 'path_changed':
        await endUpload(store, space, upload, 'refused', now());
        throw pathChanged(upload.path);
      case 'not_open': {
        const ended = await read();
        if (ended.state === 'completed') return { upload: ended, replayed: true };
        throw refusalOf(ended, now()) ?? noSuchUpload(id);
      }
    }
  };
