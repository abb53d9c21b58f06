import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Argon2id with the parameters that OWASP's Password Storage Cheat Sheet gives for it: 19 MiB, two passes, one lane.
 * About 24 ms of one core.
 */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

const ENCODED =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}
const PARAMETERS: Parameters = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES };

/** Runs outside of the event loop's thread. */
const derive = (password: string, salt: Buffer, parameters: Parameters, tagLength: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const message = Buffer.from(password.normalize('NFC'));
    argon2('argon2id', { ...parameters, message, nonce: salt, tagLength }, (error, tag) => {
      if (error === null) resolve(tag);
      else reject(error);
    });
  });

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
const encode = ({ memory, passes, parallelism }: Parameters, salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;

/** What a password is checked against where there is none: as expensive as any other, and no password matches it. */
const NOBODY = encode(PARAMETERS, Buffer.alloc(SALT_BYTES, 7), Buffer.alloc(TAG_BYTES));

/** Hashing and checking of passwords, as use cases see it. */
export interface Passwords {
  /** @returns the hash in the PHC string format, with its parameters and a salt of its own */
  hash(password: string): Promise<string>;
  /** Takes as long when there is no hash to check against; the answer is false then. */
  matches(password: string, encoded: string | undefined): Promise<boolean>;
}

export const argon2Passwords: Passwords = {
  hash: async (password) => {
    const salt = randomBytes(SALT_BYTES);
    return encode(PARAMETERS, salt, await derive(password, salt, PARAMETERS, TAG_BYTES));
  },

  matches: async (password, encoded = NOBODY) => {
    const [, memory, passes, parallelism, salt, tag] = ENCODED.exec(encoded) ?? [];
    if (salt === undefined || tag === undefined) throw new Error('A stored password hash is not in the PHC format');
    const expected = Buffer.from(tag, 'base64');
    const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    const actual = await derive(password, Buffer.from(salt, 'base64'), parameters, expected.length);
    return timingSafeEqual(actual, expected) && encoded !== NOBODY;
  },
};
