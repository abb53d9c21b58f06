import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The developer's own access key at the AWS CLI; its secret counts only where a signature is verified (S3). */
export const ROOT_ACCESS_KEY = 'local';
export const ROOT_SECRET_KEY = 'local';

const existing = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** The secret that all local credentials derive from: made once per state directory, readable by its owner only. */
export const stateSecret = (stateDir: string): string => {
  const file = join(stateDir, 'credentials.key');
  const known = existing(file);
  if (known !== undefined) return known;
  mkdirSync(stateDir, { recursive: true });
  const secret = randomBytes(32).toString('hex');
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  writeSync(descriptor, secret);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${file}.new`, file);
  return secret;
};

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Credentials of a role, in the forms of AWS (`ASIA` + 16 characters, 40 characters, a token): the same for the same
 * role and state directory, so that presigned URLs outlive a restart.
 */
export const deriveCredentials = (secret: string, roleArn: string): Credentials => {
  const digest = (purpose: string): Buffer => createHmac('sha256', secret).update(`${purpose}\n${roleArn}`).digest();
  const id = Array.from(digest('id').subarray(0, 16), (byte) => base32.charAt(byte % 32)).join('');
  return {
    accessKeyId: `ASIA${id}`,
    secretAccessKey: digest('secret').toString('base64').slice(0, 40),
    sessionToken: digest('token').toString('base64url'),
  };
};
