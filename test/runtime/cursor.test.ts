import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../lib/runtime/cursor.ts';
import { AppError } from '../../lib/runtime/errors.ts';

const positions = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
  fc.oneof(fc.string(), fc.integer()),
);
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return error instanceof AppError ? error.code : 'another error';
  }
};

describe('a cursor', () => {
  it('comes back as it went, for its tenant and filter', () => {
    fc.assert(
      fc.property(positions, fc.string(), (position, filter) => {
        expect(decodeCursor('a', { filter }, encodeCursor('a', { filter }, position))).toEqual(position);
      }),
    );
  });

  it('is refused for another tenant or another filter', () => {
    const cursor = encodeCursor('a', { status: 'active' }, { pk: 'x', sk: 'y' });
    expect(codeOf(() => decodeCursor('b', { status: 'active' }, cursor))).toBe('invalid_cursor');
    expect(codeOf(() => decodeCursor('a', { status: 'draft' }, cursor))).toBe('invalid_cursor');
  });

  it('is refused when it is damaged or made up', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOf(() => decodeCursor('a', {}, text))).toBe('invalid_cursor');
      }),
    );
    const forged = Buffer.from(JSON.stringify({ p: { pk: 'other' }, b: '0000000000000000' })).toString('base64url');
    expect(codeOf(() => decodeCursor('a', {}, forged))).toBe('invalid_cursor');
  });
});
