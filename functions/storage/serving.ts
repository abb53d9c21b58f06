import * as z from 'zod';

/** A media type, with parameters if there are any; lower case. */
export const ContentType = z
  .string()
  .max(200)
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*(; ?[a-z0-9-]+=[a-z0-9_.+-]+)*$/,
    'must be a media type such as image/png or text/plain; charset=utf-8',
  );

/**
 * What browsers show by themselves and cannot run scripts of: raster images, PDF, plain text, sound and film. SVG and HTML
 * are programs of the shop's origin when they are shown, so they are only ever saved.
 */
const INLINE = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'application/pdf',
  'text/plain',
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/ogg',
  'video/quicktime',
  'video/webm',
]);

/** RFC 8187: everything but these is percent-encoded in `filename*`. */
const encodeName = (name: string): string =>
  encodeURIComponent(name).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** For readers that know no `filename*`: quotes, backslashes, percent signs and what is not ASCII become `_`. */
const plainName = (name: string): string => name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');

const disposition = (kind: 'inline' | 'attachment', name: string): string =>
  `${kind}; filename="${plainName(name)}"; filename*=UTF-8''${encodeName(name)}`;

/** The type and disposition that a reader gets, whatever was uploaded as what. */
export const servedAs = (
  contentType: string,
  name: string,
  save = false,
): { readonly contentType: string; readonly disposition: string } => {
  const [type = ''] = contentType.split(';');
  if (!INLINE.has(type)) {
    return { contentType: 'application/octet-stream', disposition: disposition('attachment', name) };
  }
  return {
    // Without a charset, browsers guess, and a guess can be a way to run a script.
    contentType: type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    disposition: disposition(save ? 'attachment' : 'inline', name),
  };
};
