import { describe, expect, it } from 'vitest';
import { STORAGE_BUGS } from '../../prove/storage/bugs.ts';
import { findBug } from '../../prove/storage/planted.ts';

describe('the histories of storage', () => {
  it.each(STORAGE_BUGS)('notice that $name', async (bug) => {
    const { promise, steps } = await findBug(bug);
    expect(promise).not.toBe('');
    expect(steps).toBeLessThan(50);
  });
});
