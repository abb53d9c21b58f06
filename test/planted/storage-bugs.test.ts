import { describe, expect, it } from 'vitest';
import { patchedFiles } from '../../prove/planted/plant.ts';
import { STORAGE_BUGS } from '../../prove/storage/bugs.ts';

describe('a bug planted in storage', () => {
  it('is one of ten', () => {
    expect(STORAGE_BUGS).toHaveLength(10);
  });

  it.each(STORAGE_BUGS)('finds its places in the sources: $name', ({ patches }) => {
    expect([...patchedFiles(patches).keys()].sort()).toEqual([...new Set(patches.map(({ file }) => file))].sort());
  });
});
