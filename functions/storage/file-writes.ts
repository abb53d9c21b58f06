import type { Instant } from '../../lib/runtime/clock.ts';
import type { Item, Write } from '../../lib/runtime/db.ts';
import { dueMark } from './due.ts';
import { KEEP_VERSIONS } from './file-store.ts';
import { type Draw, FileVersion, StoredFile, type Upload } from './model.ts';
import { fileKey, partsKey, pathKey, quotaSliceKey, versionKey } from './keys.ts';

export const ABSENT = { expression: 'attribute_not_exists(pk)' } as const;
/** How many checksums of parts are one item. */
export const PARTS_AN_ITEM = 500;

/** Sets these attributes of an item, under a condition on its names `#<attribute>` and values `:was_<attribute>`. */
export const setting = (
  attributes: Readonly<Record<string, unknown>>,
  was: Readonly<Record<string, unknown>>,
  remove: readonly string[] = [],
) => {
  const names = [...new Set([...Object.keys(attributes), ...Object.keys(was), ...remove])];
  const removed = remove.length === 0 ? '' : ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}`;
  return {
    update: `SET ${Object.keys(attributes)
      .map((name) => `#${name} = :${name}`)
      .join(', ')}${removed}`,
    condition: Object.keys(was)
      .map((name) => `#${name} = :was_${name}`)
      .join(' AND '),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: {
      ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(Object.entries(was).map(([name, value]) => [`:was_${name}`, value])),
    },
  };
};

/** A public file that is visible is found by its id, whosever it is. */
const publicMark = ({ id, visibility, state }: StoredFile): { publicPk?: string; publicSk?: string } =>
  visibility === 'public' && state === 'visible' ? { publicPk: id, publicSk: 'public' } : {};

export const fileItem = (file: StoredFile): Item => ({ ...file, ...fileKey(file.id), ...publicMark(file) });
export const readFile = (item: Item): StoredFile => StoredFile.parse(item);
export const readVersion = (item: Item): FileVersion => FileVersion.parse(item);

/** Gives quota back, one write for each slice, however many objects drew from it. */
export const quotaBack = (draws: readonly (readonly Draw[])[]): Write[] => {
  const slices = new Map<number, { bytes: number; files: number }>();
  for (const drawn of draws) {
    for (const [index, { slice, bytes }] of drawn.entries()) {
      const sum = slices.get(slice) ?? { bytes: 0, files: 0 };
      // The object itself is counted in the first slice that it drew from.
      slices.set(slice, { bytes: sum.bytes + bytes, files: sum.files + (index === 0 ? 1 : 0) });
    }
  }
  return [...slices].map(([slice, { bytes, files }]) => ({
    update: quotaSliceKey(slice),
    with: {
      update: 'ADD takenBytes :bytes, files :files',
      condition: 'takenBytes >= :taken AND files >= :counted',
      values: { ':bytes': -bytes, ':files': -files, ':taken': bytes, ':counted': files },
    },
  }));
};

/** Versions that are given up: due for deletion now, their quota given back. */
export const giveUp = (versions: readonly FileVersion[], at: Instant): Write[] => [
  ...versions.map(({ fileId, number }) => ({
    update: versionKey(fileId, number),
    with: setting({ state: 'deleted', ...dueMark(`${fileId}/${number}`, at) }, { state: 'kept' }),
  })),
  ...quotaBack(versions.map(({ quotaDraws }) => quotaDraws)),
];

/** Of the versions that are kept, those for which there is no room beside a new one. */
export const surplus = (kept: readonly FileVersion[]): readonly FileVersion[] =>
  kept.toSorted((a, b) => b.number - a.number).slice(KEEP_VERSIONS - 1);

/** A version as a completed upload makes it. */
export const versionOf = (upload: Upload, at: Instant): FileVersion => ({
  fileId: upload.fileId,
  number: upload.number,
  size: upload.size,
  sha256: upload.sha256,
  verified: upload.parts === 0 ? 'whole' : 'parts',
  parts: upload.parts,
  partSize: upload.partSize,
  contentType: upload.contentType,
  place: upload.place,
  moves: 0,
  state: 'kept',
  quotaDraws: upload.quotaDraws,
  createdAt: at,
});

/** What a version makes of its file when it is shown. */
const shown = ({ number, size, sha256, contentType }: FileVersion) => ({ current: number, size, sha256, contentType });

/** The file's writes at completion: new with its path claimed, or changed from the version that the upload expects. */
export const fileWrites = (upload: Upload, version: FileVersion, at: Instant): Write[] => {
  const { fileId, path, visibility, expects, number, actor, traceId } = upload;
  if (expects === 0) {
    const file: StoredFile = {
      ...shown(version),
      id: fileId,
      path,
      visibility,
      state: 'visible',
      newest: number,
      version: 1,
      createdAt: at,
      updatedAt: at,
      actor,
      traceId,
    };
    return [
      { put: fileItem(file), condition: ABSENT },
      { put: { ...pathKey(path), fileId }, condition: ABSENT },
    ];
  }
  const isPublic = visibility === 'public';
  const set = {
    ...shown(version),
    visibility,
    newest: number,
    version: expects + 1,
    updatedAt: at,
    actor,
    traceId,
    ...(isPublic ? { publicPk: fileId, publicSk: 'public' } : {}),
  };
  const gone = isPublic ? [] : ['publicPk', 'publicSk'];
  return [{ update: fileKey(fileId), with: setting(set, { version: expects, state: 'visible' }, gone) }];
};

/** The checksums of a version's parts. */
export const partWrites = (
  { fileId, number }: Pick<Upload, 'fileId' | 'number'>,
  parts: readonly { readonly size: number; readonly sha256: string }[],
): Write[] =>
  Array.from({ length: Math.ceil(parts.length / PARTS_AN_ITEM) }, (_, chunk) => ({
    put: {
      ...partsKey(fileId, number, chunk),
      parts: parts.slice(chunk * PARTS_AN_ITEM, (chunk + 1) * PARTS_AN_ITEM),
    },
  }));

/** The file as `restore` leaves it. */
export const restored = (file: StoredFile, version: FileVersion): Partial<StoredFile> => ({
  ...shown(version),
  version: file.version + 1,
});
