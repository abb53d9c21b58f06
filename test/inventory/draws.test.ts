import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsFor, seedOf, spread } from '../../functions/inventory/buckets.ts';
import { planDraws, type StockView } from '../../functions/inventory/draws.ts';
import { planChunk } from '../../functions/inventory/reserve-chunk.ts';
import { orderOf } from './fixtures.ts';

const level = fc.record({
  locationId: fc.constantFrom('main', 'second', 'third'),
  available: fc.integer({ min: -5, max: 60 }),
});
const view = fc
  .record({
    levels: fc.array(level, { maxLength: 12 }),
    policy: fc.constantFrom('deny' as const, 'continue' as const),
    tracked: fc.boolean(),
  })
  .map(({ levels, ...settings }): StockView => {
    const byLocation = Map.groupBy(levels, ({ locationId }) => locationId);
    const numbered = [...byLocation.values()].flatMap((each) => each.map((one, bucket) => ({ ...one, bucket })));
    return { ...settings, levels: numbered, defaultLocation: 'main' };
  });

describe('where an order draws from', () => {
  it('never more than a bucket has, all that is wanted, each bucket once; or the exact sum is the refusal', () => {
    fc.assert(
      fc.property(view, fc.integer({ min: 1, max: 200 }), fc.nat(), (stock, quantity, seed) => {
        const there = stock.levels.reduce((sum, { available }) => sum + Math.max(0, available), 0);
        const plan = planDraws(stock, quantity, seed);
        if ('short' in plan) {
          expect(stock).toMatchObject({ tracked: true, policy: 'deny' });
          expect(plan.short).toBe(there);
          expect(there).toBeLessThan(quantity);
          return;
        }
        expect(plan.draws.reduce((sum, draw) => sum + draw.quantity, 0)).toBe(stock.tracked ? quantity : 0);
        expect(new Set(plan.draws.map(({ locationId, bucket }) => `${locationId} ${bucket}`)).size).toBe(
          plan.draws.length,
        );
        for (const draw of plan.draws) {
          const bucket = stock.levels.find(
            (each) => each.locationId === draw.locationId && each.bucket === draw.bucket,
          );
          if (!draw.beyond) expect(draw.quantity).toBeLessThanOrEqual(bucket?.available ?? 0);
          else expect(stock.policy).toBe('continue');
        }
      }),
    );
  });
  it('one bucket if it suffices, one location if it suffices', () => {
    const levels = [
      { locationId: 'main', bucket: 0, available: 5 },
      { locationId: 'main', bucket: 1, available: 5 },
      { locationId: 'second', bucket: 0, available: 50 },
    ];
    const stock: StockView = { tracked: true, policy: 'deny', levels, defaultLocation: 'main' };
    const from = (quantity: number, seed: number) => {
      const plan = planDraws(stock, quantity, seed);
      return 'draws' in plan ? plan.draws.map((draw) => [draw.locationId, draw.bucket, draw.quantity]) : plan.short;
    };
    expect(from(5, 1)).toEqual([['main', 1, 5]]);
    expect(from(7, 0)).toEqual([
      ['main', 0, 5],
      ['main', 1, 2],
    ]);
    expect(from(11, 0)).toEqual([['second', 0, 11]]);
    expect(from(60, 0)).toEqual([
      ['main', 0, 5],
      ['main', 1, 5],
      ['second', 0, 50],
    ]);
    expect(from(61, 0)).toBe(60);
  });
});

describe('how a level is split', () => {
  it('into one bucket for each 50 pieces, one below 100, 64 at most', () => {
    const cases = [-5, 0, 99, 100, 149, 150, 3199, 3200, 1_000_000].map(bucketsFor);
    expect(cases).toEqual([1, 1, 1, 2, 2, 3, 63, 64, 64]);
  });
  it('evenly, without losing a piece', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100_000 }), fc.integer({ min: 1, max: 64 }), (quantity, parts) => {
        const shares = spread(quantity, parts);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(quantity);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
  it('so that orders find different buckets', () => {
    const used = new Set(Array.from({ length: 500 }, (_, index) => seedOf(orderOf(`${index}`)) % 64));
    expect(used.size).toBe(64);
  });
});

describe('how an order is cut into transactions', () => {
  const lines = Array.from({ length: 500 }, (_, index) => ({ variantId: `v${index}`, quantity: 1 }));
  const alone: StockView = {
    tracked: true,
    policy: 'deny',
    levels: [{ locationId: 'main', bucket: 0, available: 1 }],
    defaultLocation: 'main',
  };
  const chunk = (
    start: number,
    seen = new Map<string, StockView>(),
    guess: () => StockView | undefined = () => alone,
  ) => planChunk(lines, start, 0, seen, guess);

  it('of 99 actions: 98 lines and the head, then 97 lines, a chunk and a check', () => {
    expect(chunk(0)).toMatchObject({ kind: 'planned', end: 98 });
    expect(chunk(98)).toMatchObject({ kind: 'planned', end: 195 });
    expect(chunk(490)).toMatchObject({ kind: 'planned', end: 500 });
  });
  it('what is not tracked takes no action', () => {
    expect(chunk(0, new Map(), () => ({ ...alone, tracked: false }))).toMatchObject({ kind: 'planned', end: 500 });
  });
  it('what is only remembered to be short is looked at before it is refused', () => {
    const empty = { ...alone, levels: [] };
    expect(chunk(499, new Map(), () => empty)).toEqual({ kind: 'unsure', variantIds: ['v499'] });
    expect(chunk(499, new Map(), () => undefined)).toEqual({ kind: 'unsure', variantIds: ['v499'] });
    expect(chunk(499, new Map([['v499', empty]]))).toEqual({ kind: 'short' });
  });
  it('a line that would need more draws than a transaction takes has its buckets merged first', () => {
    const levels = Array.from({ length: 120 }, (_, bucket) => ({ locationId: 'main', bucket, available: 1 }));
    const plan = planChunk(
      [{ variantId: 'v', quantity: 110 }],
      0,
      0,
      new Map([['v', { ...alone, levels }]]),
      () => undefined,
    );
    expect(plan).toEqual({ kind: 'scattered', variantId: 'v' });
  });
});
