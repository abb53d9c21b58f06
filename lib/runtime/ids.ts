import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';

/** A string that only its own schema can make. */
export type BrandedId<Brand extends string> = string & z.core.$brand<Brand>;

/** An opaque, prefixed, branded id: its schema, how a new one is made and how one is derived from other facts. */
export interface IdKind<Brand extends string> {
  readonly prefix: string;
  readonly schema: z.ZodType<BrandedId<Brand>, string>;
  /** A random id, 130 bits. */
  readonly random: () => BrandedId<Brand>;
  /** The same parts always give the same id: the ground of idempotent creation. */
  readonly derive: (...parts: readonly string[]) => BrandedId<Brand>;
}

/** Crockford's base 32 in lower case: no look-alikes, safe in URLs and file names. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 26;

const encode = (bytes: Uint8Array): string => {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET.charAt((buffer << (5 - bits)) & 31);
  return text.slice(0, LENGTH);
};

/** SHA-256 over length-prefixed parts (so that `ab|c` and `a|bc` differ), as lower-case hex. */
export const sha256Hex = (...parts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
};

/** Declares a kind of id: `export const ProductId = defineId<'ProductId'>('prod')`. */
export const defineId = <Brand extends string>(prefix: string): IdKind<Brand> => {
  // zod cannot type `.brand()` of a generic parameter; the run-time schema is the plain pattern.
  const schema = z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{${LENGTH}}$`), `must be an id that begins with ${prefix}_`)
    .brand() as unknown as z.ZodType<BrandedId<Brand>, string>;
  const random = () => schema.parse(`${prefix}_${encode(randomBytes(17))}`);
  const derive = (...parts: readonly string[]) =>
    schema.parse(`${prefix}_${encode(Buffer.from(sha256Hex(prefix, ...parts), 'hex').subarray(0, 17))}`);
  return { prefix, schema, random, derive };
};

/** An id of another domain: its kind is that domain's business. It has no `#`, so it may be a part of a key. */
export const OpaqueId = z
  .string()
  .regex(new RegExp(`^[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{${LENGTH}}$`), 'must be an id as this API gives them');
