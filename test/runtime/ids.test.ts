import { describe, expect, it } from 'vitest';
import { defineId, sha256Hex } from '../../lib/runtime/ids.ts';

const thing = defineId<'ThingId'>('thing');

describe('ids', () => {
  it('are accepted by their own schema, and by no other', () => {
    expect(thing.schema.safeParse(thing.random()).success).toBe(true);
    expect(defineId<'Other'>('other').schema.safeParse(thing.random()).success).toBe(false);
    expect(thing.schema.safeParse('thing_short').success).toBe(false);
    expect(thing.schema.safeParse(`${thing.random()}#x`).success).toBe(false);
  });

  it('are the same when derived from the same parts, and differ when the parts only join to the same text', () => {
    expect(thing.derive('a', 'b')).toBe(thing.derive('a', 'b'));
    expect(thing.derive('a', 'bc')).not.toBe(thing.derive('ab', 'c'));
    expect(sha256Hex('a', 'bc')).not.toBe(sha256Hex('ab', 'c'));
  });

  it('do not repeat at random', () => {
    expect(new Set(Array.from({ length: 1000 }, () => thing.random())).size).toBe(1000);
  });
});
