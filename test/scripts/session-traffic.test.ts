import { describe, expect, it } from 'vitest';
import {
  instancesOf,
  opensPerSecond,
  priceOf,
  simulate,
  zipfShares,
} from '../../scripts/tenant-wall/session-traffic.ts';

const group = (perOrder: number, holdsMs: number, functions = 1) => ({
  what: 'a function',
  functions,
  perOrder,
  holdsMs,
});

describe('the traffic of sessions', () => {
  it('is spread over instances by how long a request holds one', () => {
    expect(instancesOf(group(20, 10), { tenants: 1, ordersPerSecond: 100 })).toBe(40);
    expect(instancesOf(group(1, 200), { tenants: 1, ordersPerSecond: 10 })).toBe(4);
    expect(instancesOf(group(0.01, 10), { tenants: 1, ordersPerSecond: 1 })).toBe(1);
  });

  it('is that of few large shops and many small ones', () => {
    const shares = zipfShares(4);
    expect([...shares].map((share) => share / (shares[0] ?? 1))).toEqual([1, 1 / 2, expect.closeTo(1 / 3), 1 / 4]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  });

  it('is one session per shop and lifetime where all are busy, and one per request where none is', () => {
    const alike = Float64Array.from({ length: 10 }, () => 0.1);
    expect(opensPerSecond(alike, 1000, 3300)).toBeCloseTo(10 / 3300, 5);
    expect(opensPerSecond(alike, 1e-6, 3300) / 1e-6).toBeCloseTo(1, 1);
  });

  it('is, simulated with the cache of the functions, as the formula says where nothing is displaced', async () => {
    const shares = zipfShares(300);
    const requestsPerSecond = 2;
    // A session that is renewed ahead of its end lives for 55 minutes, and one that nobody used meanwhile for the hour.
    const [low, high] = [3600, 3300].map(
      (seconds) => opensPerSecond(shares, requestsPerSecond, seconds) / requestsPerSecond,
    );
    const { opensPerRequest } = await simulate({ shares, requestsPerSecond, hours: 40, seed: 1, maxKept: 300 });
    expect(opensPerRequest).toBeGreaterThan((low ?? 0) * 0.97);
    expect(opensPerRequest).toBeLessThan((high ?? 0) * 1.06);
  });

  it('lets nobody wait for a busy shop after its first session', async () => {
    const { opensPerRequest, waitsPerRequest } = await simulate({
      shares: zipfShares(1),
      requestsPerSecond: 1,
      hours: 11,
      seed: 1,
    });
    expect(Math.round(waitsPerRequest * 11 * 3600)).toBe(1);
    expect(Math.round(opensPerRequest * 11 * 3600)).toBe(12);
  });

  it('grows when fewer sessions are kept than there are busy shops', async () => {
    const options = { shares: zipfShares(200), requestsPerSecond: 5, hours: 2, seed: 1 };
    const kept = await simulate({ ...options, maxKept: 200 });
    const displaced = await simulate({ ...options, maxKept: 20 });
    expect(displaced.waitsPerRequest).toBeGreaterThan(10 * kept.waitsPerRequest);
  });

  it('adds up over the functions of a stage', async () => {
    const stage = { tenants: 50, ordersPerSecond: 2 };
    const one = await priceOf(stage, [group(1, 10)], { hours: 1, seed: 1 });
    const three = await priceOf(stage, [group(1, 10, 2), group(1, 10)], { hours: 1, seed: 1 });
    expect(three.callsPerSecond).toBeCloseTo(3 * one.callsPerSecond);
    expect(three.waitsPerOrder).toBeCloseTo(3 * one.waitsPerOrder);
    expect(one.callsPerSecond).toBeCloseTo((one.groups[0]?.opensPerRequest ?? 0) * 2);
  });
});
