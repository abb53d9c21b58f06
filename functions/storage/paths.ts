import * as z from 'zod';

/** Bytes of UTF-8: what a sort key of DynamoDB takes. */
export const MAX_PATH_BYTES = 1024;

const CONTROL = /\p{Cc}/u;
/** Code points that are no characters; the last of them ends the range of a listing. */
const NO_CHARACTER = /\p{Noncharacter_Code_Point}/u;

const isPlain = (text: string): boolean => !CONTROL.test(text) && !NO_CHARACTER.test(text) && text.isWellFormed();
const fits = (text: string): boolean => Buffer.byteLength(text) <= MAX_PATH_BYTES;
const PLAIN = 'may not contain control characters or code points that are no characters';
const FITS = `may have at most ${MAX_PATH_BYTES} bytes of UTF-8`;

/**
 * Where a file is, as people see it: segments between slashes, in Unicode's NFC. It is a name in the directory only; where
 * the bytes are has nothing to do with it.
 */
export const FilePath = z
  .string()
  .min(1)
  .max(2 * MAX_PATH_BYTES)
  .normalize('NFC')
  .refine(fits, FITS)
  .refine(isPlain, PLAIN)
  .refine(
    (path) => path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..'),
    'must be segments between single slashes, without one at the beginning or the end, and none of them . or ..',
  );

/** What the paths of a listing begin with. */
export const PathPrefix = z
  .string()
  .max(2 * MAX_PATH_BYTES)
  .normalize('NFC')
  .refine(fits, FITS)
  .refine(isPlain, PLAIN);

/** The last segment. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The greatest character of as many bytes, in the order of UTF-8. Of one byte: the delete character, which no path has. */
const GREATEST = ['', '\u007f', '\u07ff', '\uffff', '\u{10ffff}'] as const;

/** No path that begins so comes after this text, in the order of their bytes. */
export const lastBelow = (prefix: string): string => {
  const room = MAX_PATH_BYTES - Buffer.byteLength(prefix);
  return prefix + (GREATEST[Math.min(room, 4)] ?? '');
};

/** What comes first after all paths of a folder (`a/b/`): `0` is the character after the slash. */
export const afterFolder = (folder: string): string => `${folder.slice(0, -1)}0`;
