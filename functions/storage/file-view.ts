import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { type AppError, notFound } from '../../lib/runtime/errors.ts';
import { type FileVersion, Sha256, type StoredFile, Visibility } from './model.ts';
import type { FileStore } from './file-store.ts';
import { type FileId, fileId } from './ids.ts';
import { nameOf } from './paths.ts';

export const FileView = z.object({
  id: fileId.schema,
  path: z.string(),
  visibility: Visibility,
  /** Number of the version that is shown. */
  current: z.int(),
  size: z.int(),
  /** Of the whole; null for a file that was uploaded in parts. */
  sha256: Sha256.nullable(),
  contentType: z.string(),
  /** Path of this API under which anybody reads a public file; stays the same through all versions. */
  publicUrl: z.string().nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});

/** Where anybody reads a public file. Its name is there for people; the id alone says which file it is. */
export const publicUrlOf = ({ id, path }: Pick<StoredFile, 'id' | 'path'>): string =>
  `/v1/storage/public/${id}/${encodeURIComponent(nameOf(path))}`;

export const fileView = (file: StoredFile): z.output<typeof FileView> => ({
  id: file.id,
  path: file.path,
  visibility: file.visibility,
  current: file.current,
  size: file.size,
  sha256: file.sha256,
  contentType: file.contentType,
  publicUrl: file.visibility === 'public' ? publicUrlOf(file) : null,
  createdAt: file.createdAt,
  updatedAt: file.updatedAt,
});

export const VersionView = z.object({
  number: z.int(),
  size: z.int(),
  sha256: Sha256.nullable(),
  /** `whole`: sha256 of all bytes was checked. `parts`: that of each part. */
  verified: z.enum(['whole', 'parts']),
  contentType: z.string(),
  /** Is it what is shown? */
  current: z.boolean(),
  createdAt: Instant,
});

export const versionView = (version: FileVersion, file: StoredFile): z.output<typeof VersionView> => ({
  number: version.number,
  size: version.size,
  sha256: version.sha256,
  verified: version.verified,
  contentType: version.contentType,
  current: version.number === file.current,
  createdAt: version.createdAt,
});

const noSuchFile = (id: FileId): AppError => notFound(`There is no file ${id}.`);

/** @throws not_found when there is none of this tenant, or it was deleted */
export const visibleFile = async (files: Pick<FileStore, 'file'>, id: FileId): Promise<StoredFile> => {
  const file = await files.file(id);
  if (file?.state !== 'visible') throw noSuchFile(id);
  return file;
};

/** @throws not_found when the version is not kept (any more) */
export const keptVersion = async (
  files: Pick<FileStore, 'version'>,
  file: StoredFile,
  number: number,
): Promise<FileVersion> => {
  const version = await files.version(file.id, number);
  if (version?.state !== 'kept') throw notFound(`The file ${file.id} has no version ${number} (any more).`);
  return version;
};
