import { API_KEY } from '../../lib/runtime/api-key.ts';

/** What came in `Authorization: Bearer ...`, by its form alone: nothing is verified yet. */
export type Credential =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'operator'; readonly key: string }
  | { readonly kind: 'token'; readonly token: string };

const MAX_LENGTH = 4096;

const OPERATOR_KEY = /^op_[\x21-\x7e]{16,}$/;
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Reads the header; undefined when it cannot be any of ours, so that nobody has to be asked about it. */
export const readCredential = (header: string | undefined): Credential | undefined => {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  const value = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (value === undefined) return undefined;
  if (API_KEY.test(value)) return { kind: 'key', key: value };
  if (OPERATOR_KEY.test(value)) return { kind: 'operator', key: value };
  return TOKEN.test(value) ? { kind: 'token', token: value } : undefined;
};
