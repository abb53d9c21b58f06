import { describe, expect, it } from 'vitest';
import { drainEnd, type DrainProgress, progressLine } from '../../lib/client/storage/drain-progress.ts';
import { bytesOf, bytesText, durationText } from '../../lib/client/storage/figures.ts';

const GIB = 1024 ** 3;
const NONE = { objects: 0, bytes: 0 };
const progress = (said: Partial<DrainProgress>): DrainProgress => ({
  id: 'drn_1',
  state: 'running',
  moved: NONE,
  left: NONE,
  garbage: NONE,
  failed: 0,
  bytesPerSecond: null,
  secondsLeft: null,
  detail: null,
  ...said,
});

describe('figures of storage', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [200 * 1024, '200 KiB'],
    [10 * GIB, '10.0 GiB'],
    [1024 ** 5 * 3, '3.0 PiB'],
  ])('tell %i bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it.each([
    ['512', 512],
    ['10TiB', 10 * 1024 ** 4],
    ['1.5 GiB', 1.5 * GIB],
    ['10TB', undefined],
    ['much', undefined],
    ['-1', undefined],
  ])('read %s', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  it('tell how long something takes', () => {
    expect([12, 187, 3900].map(durationText)).toEqual(['12 s', '3 min 07 s', '1 h 05 min']);
  });
});

describe('the progress of a drain', () => {
  it('shows the bar, bytes, objects, rate and the time that is left', () => {
    const half = { moved: { objects: 120, bytes: GIB }, left: { objects: 120, bytes: GIB } };
    expect(progressLine(progress({ ...half, bytesPerSecond: 34 * 1024 ** 2, secondsLeft: 31 }))).toBe(
      '[############------------] 50 %  1.0 GiB of 2.0 GiB  120 of 240 objects  34.0 MiB/s  31 s left',
    );
  });

  it('says what it waits for when all is moved, and what failed', () => {
    const line = progressLine(progress({ garbage: { objects: 3, bytes: 9 }, failed: 2 }));
    expect(line).toContain('100 %');
    expect(line).toContain('3 objects wait until no URL leads to them');
    expect(line).toContain('2 failed');
  });

  it('is not whole while empty files are still to be moved', () => {
    expect(progressLine(progress({ left: { objects: 1, bytes: 0 } }))).toContain(' 0 %  0 B of 0 B  0 of 1 objects');
  });

  it('ends with what is to be done next', () => {
    expect(drainEnd('node-1', progress({ state: 'drained' }))).toContain('Retire it');
    expect(drainEnd('node-1', progress({ state: 'blocked', detail: 'No node has room.' }))).toContain(
      'No node has room.',
    );
  });
});
