import type { Clock } from '../../lib/runtime/clock.ts';
import { KeySet, rotated } from './key-set.ts';

export interface RotateSigningKeysDeps {
  readonly read: () => Promise<string>;
  readonly write: (value: string) => Promise<void>;
  readonly randomBytes: () => Buffer;
  readonly now: Clock;
}

/**
 * Publishes, and later retires, signing keys when it is time. Two runs at once may both publish a key and one of the two
 * is lost, which nobody notices: a key signs an hour after it was published, and by then all know the one that stayed.
 */
export const rotateSigningKeys =
  ({ read, write, randomBytes, now }: RotateSigningKeysDeps) =>
  async () => {
    const set = KeySet.parse(JSON.parse(await read()));
    const next = rotated(set, now(), randomBytes);
    if (next !== set) await write(JSON.stringify(next));
    return { changed: next !== set, keys: next.keys.length };
  };
