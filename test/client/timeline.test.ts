import { describe, expect, it } from 'vitest';
import { timeline } from '../../lib/client/timeline.ts';

describe('a timeline', () => {
  it('shows each quantity by its own scale, with what stands behind it', () => {
    const chart = timeline(
      [
        { label: 'node-1', samples: [0, 25, 50, 100], full: 100, note: '100 %' },
        { label: 'reads/s', samples: [10, 20, null, 40] },
      ],
      { width: 80, seconds: 4 },
    );
    expect(chart.split('\n')).toEqual(['node-1  ·▂▄█ 100 %', 'reads/s ▂▄ █', '        0 4 s']);
  });

  it('means the samples that share a column, so that a short dip of a long run is not lost whole', () => {
    const chart = timeline([{ label: 'x', samples: [8, 0, 8, 8], full: 8 }], { width: 2, seconds: 4 });
    expect(chart.split('\n')[0]).toBe('x ▄█');
  });

  it('never shows a little as nothing, nor something beyond the scale as more than full', () => {
    const chart = timeline([{ label: 'failed', samples: [0, 0.001, 500], full: 100 }], { width: 80, seconds: 3 });
    expect(chart.split('\n')[0]).toBe('failed ·▁█');
  });

  it('puts a mark under the column in which it happened', () => {
    const chart = timeline([{ label: 'a', samples: Array.from({ length: 20 }, () => 1) }], {
      width: 10,
      seconds: 20,
      marks: [{ sample: 10, text: 'drain begins' }],
    });
    expect(chart.split('\n').at(-1)).toBe('       ^ drain begins');
  });
});
