import type { Instant } from '../../lib/runtime/clock.ts';
import type { Actor, TenantId } from '../../lib/runtime/tenant.ts';
import type { FileVersion, StoredFile, Upload } from './model.ts';
import type { FileId, NodeId, UploadId } from './ids.ts';

/** How many versions of a file are kept; older ones are given up as newer ones come. */
export const KEEP_VERSIONS = 10;

/** Who changed a file, and when. */
export interface Change {
  readonly at: Instant;
  readonly actor: Actor;
  readonly traceId: string;
}

/** A part as it was announced, by its number from 1; sha256 in lower-case hex. */
export interface AnnouncedPart {
  readonly number: number;
  readonly sha256: string;
}

/** One line of a listing: a file, or all files of a folder below the prefix (`a/b/`). */
export type Entry = { readonly path: string; readonly fileId: FileId } | { readonly folder: string };

/** Where a listing goes on: after a path, or with whatever comes from a text on. */
export type ListPosition = { readonly after: string } | { readonly from: string };

export interface Listing {
  readonly prefix: string;
  /** One entry for all files of each folder below the prefix. */
  readonly folders: boolean;
  readonly limit: number;
  readonly position: ListPosition | undefined;
}

/**
 * The tenant's side of storage: files, versions, paths and uploads of one tenant. What is visible changes by one
 * transaction, whose conditions are the invariants. Reads are consistent.
 */
export interface FileStore {
  upload(id: UploadId): Promise<Upload | undefined>;
  /** The node's own id of a multipart upload. False: the upload is not open any more. */
  setMultipart(id: UploadId, multipart: string): Promise<boolean>;
  /**
   * What parts are about to be signed with, before anybody has their URLs, which can be used until `urlsEndAt`. False: the
   * upload is not open, is over or is being put together.
   */
  announceParts(id: UploadId, parts: readonly AnnouncedPart[], urlsEndAt: Instant, now: Instant): Promise<boolean>;
  /** sha256 by number, of all parts that were announced. */
  announcedParts(upload: Pick<Upload, 'id' | 'parts'>): Promise<ReadonlyMap<number, string>>;
  /** From now on no part is announced; or they may be again. False: the upload is not open any more. */
  setSealed(id: UploadId, sealed: boolean): Promise<boolean>;
  /**
   * Makes the upload's bytes its file's newest version and what the path shows, and gives up versions beyond
   * `KEEP_VERSIONS`, whose quota is free at once. `parts` is what was checked of a multipart upload.
   * `path_changed`: the path is not as the upload expects. `not_open`: it ended meanwhile, one way or another.
   */
  complete(
    upload: Upload,
    parts: readonly { readonly size: number; readonly sha256: string }[],
    at: Instant,
  ): Promise<'completed' | 'path_changed' | 'not_open'>;
  /**
   * Ends an open upload and gives its quota back. Its placement is still to be discarded; until `settled` the upload stays
   * among what is due. False: it was not open any more.
   */
  end(
    upload: Upload,
    as: 'aborted' | 'expired' | 'refused',
    at: Instant,
    options?: { readonly passedOn?: boolean },
  ): Promise<boolean>;
  /** The placement of an ended upload was discarded. */
  settled(id: UploadId): Promise<void>;

  file(id: FileId): Promise<StoredFile | undefined>;
  /** The visible file at a path. */
  fileAt(path: string): Promise<StoredFile | undefined>;
  files(ids: readonly FileId[]): Promise<readonly StoredFile[]>;
  /** By path, in the order of its bytes. */
  list(listing: Listing): Promise<{ readonly entries: readonly Entry[]; readonly next: ListPosition | undefined }>;
  /** Those that are kept, newest first. */
  versions(id: FileId): Promise<readonly FileVersion[]>;
  version(id: FileId, number: number): Promise<FileVersion | undefined>;
  /** Shows a kept version again. Undefined: the file was changed meanwhile, or the version is not kept any more. */
  restore(file: StoredFile, version: FileVersion, change: Change): Promise<StoredFile | undefined>;
  /** Deletes the file with all its versions, whose quota is free at once. False: it was changed meanwhile. */
  remove(file: StoredFile, change: Change): Promise<boolean>;

  /** Is the tenant's bucket on this node known to exist? */
  knowsBucket(node: NodeId): Promise<boolean>;
  rememberBucket(node: NodeId, bucket: string): Promise<void>;
}

export type OpenFileStore = (tenant: TenantId) => FileStore;
