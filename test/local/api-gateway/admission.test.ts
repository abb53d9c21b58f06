import { describe, expect, it } from 'vitest';
import { createAdmission } from '../../../lib/local/api-gateway/admission.ts';

describe('admission', () => {
  it('lets so many in at once, the others in their order, and one in for each that ends, well or not', async () => {
    const admit = createAdmission(2);
    const begun: number[] = [];
    const ends: ((failure?: Error) => void)[] = [];
    const work = (id: number) =>
      admit(() => {
        begun.push(id);
        return new Promise<number>((resolve, reject) =>
          ends.push((failure) => (failure === undefined ? resolve(id) : reject(failure))),
        );
      });
    const all = [1, 2, 3, 4].map(work);
    await Promise.resolve();
    expect(begun).toEqual([1, 2]);
    ends[1]?.(new Error('lost'));
    await expect(all[1]).rejects.toThrow('lost');
    expect(begun).toEqual([1, 2, 3]);
    ends[0]?.();
    expect(await all[0]).toBe(1);
    expect(begun).toEqual([1, 2, 3, 4]);
    ends[2]?.();
    ends[3]?.();
    expect(await Promise.all([all[2], all[3]])).toEqual([3, 4]);
  });
});
