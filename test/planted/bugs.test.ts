import { describe, expect, it } from 'vitest';
import { PLANTED_BUGS } from '../../prove/planted/bugs.ts';
import { patched, patchedFiles } from '../../prove/planted/plant.ts';

const patch = { file: 'a.ts', find: 'wait();', put: '' };

describe('a planted bug', () => {
  it.each(PLANTED_BUGS)('finds its places in the sources: $name', ({ patches }) => {
    expect([...patchedFiles(patches).keys()].sort()).toEqual([...new Set(patches.map(({ file }) => file))].sort());
  });

  it('replaces its text and nothing else, whatever the replacement contains', () => {
    expect(patched('begin(); wait(); end();', patch)).toBe('begin();  end();');
    expect(patched('begin(); wait(); end();', { ...patch, put: "$&('$1')" })).toBe("begin(); $&('$1') end();");
  });

  it.each([
    ['is gone', 'begin(); end();', 0],
    ['is there twice', 'wait(); wait();', 2],
  ])('is refused where its text %s', (_, text, places) => {
    expect(() => patched(text, patch)).toThrow(`a.ts has ${places} places, not one, that say: wait();`);
  });
});
