import type { Callable } from '../../lib/runtime/call.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { type AppError, isError, versionMismatch } from '../../lib/runtime/errors.ts';
import type { Actor, TenantId } from '../../lib/runtime/tenant.ts';
import type { EnsureBucket } from './ensure-bucket.ts';
import type { Reserve } from './calls.ts';
import { fileExists, quotaExceeded, storageUnavailable } from './errors.ts';
import type { FileStore, OpenFileStore } from './file-store.ts';
import type { StoredFile, Upload } from './model.ts';
import { fileId, type NodeId, uploadId } from './ids.ts';
import { nodeFull, nodeRefused, nodeUnavailable, type OpenNode } from './node-client.ts';
import type { RecentNode } from './recent-nodes.ts';
import type { SpaceStore } from './space.ts';
import { refusalOf } from './upload-view.ts';
import type { UploadPlan } from './upload-plan.ts';

/** So many nodes are tried for one upload. */
const MAX_NODES = 3;

export interface BeginDeps {
  readonly files: OpenFileStore;
  readonly reserve: Callable<typeof Reserve>;
  readonly space: Pick<SpaceStore, 'setMultipart' | 'discard'>;
  readonly node: RecentNode;
  readonly openNode: OpenNode;
  readonly ensureBucket: EnsureBucket;
  /** A node failed a request. */
  readonly reportFailure: (id: NodeId) => Promise<void>;
  readonly now: Clock;
}

/** An upload that is wanted. `scope` tells one wish from another: the same one is the same upload. */
export interface Wish {
  readonly tenant: TenantId;
  readonly scope: string;
  readonly path: string;
  /** The version of the file that is to be overwritten, if one is. */
  readonly overwrites: number | undefined;
  readonly size: number;
  readonly sha256: string | null;
  readonly contentType: string;
  readonly visibility: Upload['visibility'];
  readonly plan: UploadPlan;
  readonly requestHash: string;
  readonly actor: Actor;
  readonly traceId: string;
}

const isNodeFailure = (error: unknown): error is AppError =>
  [nodeUnavailable, nodeRefused, nodeFull].some((kind) => isError(error, kind));

/** Why an upload to this path cannot be; undefined when it can. */
export const pathRefusal = (
  wish: Pick<Wish, 'path' | 'overwrites'>,
  there: StoredFile | undefined,
): AppError | undefined => {
  const path = JSON.stringify(wish.path);
  if (wish.overwrites === undefined) {
    if (there === undefined) return undefined;
    return fileExists(
      `There is a file at ${path}. To overwrite it, send its ETag "v${there.version}" as If-Match; else choose another path.`,
      { extensions: { fileId: there.id, etag: `"v${there.version}"` } },
    );
  }
  if (there === undefined) return versionMismatch(`There is no file at ${path}: send no If-Match to make one.`);
  if (there.version === wish.overwrites) return undefined;
  return versionMismatch(`The file at ${path} was changed meanwhile. Read it, and overwrite it with its ETag.`);
};

/** Ends an upload that is open, and leaves its placement to the sweep. False: it had ended already. */
export const endUpload = async (
  store: Pick<FileStore, 'end' | 'settled'>,
  space: Pick<SpaceStore, 'discard'>,
  upload: Upload,
  as: 'aborted' | 'refused',
  at: Date,
  options?: { readonly passedOn?: boolean },
): Promise<boolean> => {
  const now = toInstant(at);
  if (!(await store.end(upload, as, now, options))) return false;
  const { nodeId, placementId } = upload.place;
  await space.discard(nodeId, placementId, upload.urlsEndAt > now ? upload.urlsEndAt : now);
  await store.settled(upload.id);
  return true;
};

/**
 * Reserves space for an upload and makes its node ready: the bucket, and the multipart upload if it has parts. A node that
 * fails there is reported and another one tried. A wish that came before is answered with its upload, in whatever state
 * that is by now.
 * @throws file_exists, version_mismatch, quota_exceeded, storage_unavailable
 */
export const beginUpload =
  ({ files, reserve, space, node, openNode, ensureBucket, reportFailure, now }: BeginDeps) =>
  async (wish: Wish): Promise<{ readonly upload: Upload; readonly replayed: boolean }> => {
    const store = files(wish.tenant);
    const idOf = (attempt: number) => uploadId.derive(wish.tenant, wish.scope, String(attempt));

    const reserved = async (id: Upload['id'], there: StoredFile | undefined, except: readonly NodeId[]) => {
      const refusal = pathRefusal(wish, there);
      if (refusal !== undefined) throw refusal;
      const { path, size, sha256, contentType, visibility, plan, requestHash, actor, traceId } = wish;
      const answer = await reserve(
        { tenant: wish.tenant, traceId },
        {
          uploadId: id,
          fileId: there?.id ?? fileId.derive(wish.tenant, id),
          number: (there?.newest ?? 0) + 1,
          path,
          expects: there?.version ?? 0,
          size,
          sha256,
          contentType,
          visibility,
          ...plan,
          requestHash,
          actor,
          except: [...except],
        },
      );
      switch (answer.status) {
        case 'reserved':
          return answer;
        case 'quota_exceeded':
          throw quotaExceeded(
            `The file has ${size} bytes; the shop's files take ${answer.takenBytes} of the ${answer.limitBytes} bytes that they may. Delete files, or ask your operator for more.`,
            { extensions: { limitBytes: answer.limitBytes, takenBytes: answer.takenBytes } },
          );
        case 'no_space':
          throw storageUnavailable(`${answer.detail} Try again later, or tell your operator.`, { retryAfter: 30 });
      }
    };

    /** The upload as it is when its node is ready for it. */
    const prepared = async (upload: Upload): Promise<Upload> => {
      const { place } = upload;
      const home = await node(place.nodeId);
      await ensureBucket(wish.tenant, home, place.bucket);
      if (upload.parts === 0 || upload.multipart !== null) return upload;
      const multipart = await openNode(home).beginMultipart({ ...place, contentType: upload.contentType });
      // The node's side first, so that the sweep finds it even if nothing comes after.
      await space.setMultipart(place.nodeId, place.placementId, multipart);
      await store.setMultipart(upload.id, multipart);
      return { ...upload, multipart };
    };

    const except: NodeId[] = [];
    const there = store.fileAt(wish.path);
    there.catch(() => undefined);
    for (let attempt = 0; attempt < MAX_NODES; attempt += 1) {
      const id = idOf(attempt);
      const earlier = await store.upload(id);
      if (earlier?.passedOn === true) {
        except.push(earlier.place.nodeId);
        continue;
      }
      const { upload, replayed } =
        earlier === undefined ? await reserved(id, await there, except) : { upload: earlier, replayed: true };
      if (refusalOf(upload, now()) !== undefined) return { upload, replayed };
      try {
        return { upload: await prepared(upload), replayed };
      } catch (error) {
        if (!isNodeFailure(error)) throw error;
        await reportFailure(upload.place.nodeId);
        await endUpload(store, space, upload, 'aborted', now(), { passedOn: true });
        except.push(upload.place.nodeId);
      }
    }
    throw storageUnavailable('The storage nodes that had room do not answer. Try again in a moment.', {
      retryAfter: 30,
    });
  };
