import { invalidRequest } from './errors.ts';

/** A resource's version as a strong entity tag: `"v7"`. */
export const etagOf = (version: number): string => `"v${version}"`;

/** The version that an `If-Match` header names. `*` and lists are refused: a writer must know what it overwrites. */
export const parseIfMatch = (header: string): number => {
  const match = /^"v(\d{1,15})"$/.exec(header.trim());
  if (match?.[1] === undefined) {
    throw invalidRequest(`If-Match must be the ETag of one version, like "v3"; it was ${header.slice(0, 40)}.`);
  }
  return Number(match[1]);
};
