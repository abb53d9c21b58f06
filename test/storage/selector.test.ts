import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulateSpread } from '../../bench/storage-spread.ts';
import { secondsAfter } from '../../lib/runtime/clock.ts';
import type { StorageNode } from '../../functions/storage/node.ts';
import { type Candidate, selectNode, type Wanted, whyNone } from '../../functions/storage/selector.ts';
import { nodeOf, NOW, seeded } from './space-world.ts';

const now = new Date(NOW);
const ago = (seconds: number) => secondsAfter(now, -seconds);
const reportOf = (takenBytes: number, seconds = 30) => ({ at: ago(seconds), takenBytes, objects: 0, skewMs: 0 });
const node = (name: string, takenBytes: number, facts: Partial<StorageNode> = {}) =>
  nodeOf(name, { report: reportOf(takenBytes), ...facts });
const wanted = (facts: Partial<Wanted> = {}): Wanted => ({ bytes: 10, pool: 'main', except: new Set(), ...facts });

/** How often each node is chosen out of a thousand. */
const chosen = (nodes: readonly StorageNode[], wish = wanted()): Record<string, number> => {
  const random = seeded(7);
  const counts: Record<string, number> = {};
  for (let index = 0; index < 1000; index += 1) {
    const name = selectNode(nodes, wish, { now, random })?.name ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};
const only = (nodes: readonly StorageNode[], wish?: Wanted): string =>
  Object.keys(chosen(nodes, wish)).toSorted().join(' ');

describe('the choice of a node', () => {
  it('is among active nodes of the pool with a fresh report and room, that were not tried', () => {
    const nodes = [
      node('good', 0),
      node('joining', 0, { state: 'joining' }),
      node('read-only', 0, { state: 'read-only' }),
      node('draining', 0, { state: 'draining' }),
      node('drained', 0, { state: 'drained' }),
      node('retired', 0, { state: 'retired' }),
      node('down', 0, { state: 'down' }),
      node('elsewhere', 0, { pool: 'cold' }),
      node('stale', 0, { report: reportOf(0, 301) }),
      node('never-seen', 0, { report: null }),
      node('full', 995),
      node('tried', 0),
    ];
    expect(only(nodes, wanted({ except: new Set([nodeOf('tried').id]) }))).toBe('good');
    expect(only(nodes.slice(1), wanted({ except: new Set([nodeOf('tried').id]) }))).toBe('none');
    expect(only([node('just-fresh', 0, { report: reportOf(0, 300) })])).toBe('just-fresh');
  });

  it('leaves nodes above the high-water mark for the last resort', () => {
    expect(only([node('low', 840), node('high', 845)])).toBe('low');
    expect(only([node('closed', 500, { accepting: false }), node('low', 840)])).toBe('low');
    expect(only([node('high', 900), node('higher', 990), node('full', 991)])).toBe('high higher');
    expect(only([node('closed', 500, { accepting: false })])).toBe('closed');
  });

  it('leaves a node that failed lately for when no other is below the mark', () => {
    expect(only([node('failed', 0, { failures: 1 }), node('well', 800)])).toBe('well');
    expect(only([node('failed', 0, { failures: 1 }), node('well', 900)])).toBe('failed');
  });

  it('goes by what is free and by the configured weight, and not always to the freest', () => {
    const even = chosen([node('a', 0), node('b', 0)]);
    expect(even['a']).toBeGreaterThan(400);
    expect(even['b']).toBeGreaterThan(400);
    const uneven = chosen([node('empty', 100), node('fuller', 500)]);
    expect(uneven['fuller']).toBeGreaterThan(50);
    expect(uneven['empty']).toBeGreaterThan(750);
    const large = chosen([node('large', 0, { capacityBytes: 9000 }), node('small', 0)]);
    expect(large['large']).toBeGreaterThan(850);
    const light = chosen([node('usual', 0), node('light', 0, { weight: 50 })]);
    expect(light['light']).toBeGreaterThan(250);
    expect(light['light']).toBeLessThan(420);
  });

  it('gives a new node little at first, and its share after an hour', () => {
    const share = (activatedAt: StorageNode['activatedAt']) =>
      chosen([node('old', 0), node('older', 0), node('new', 0, { activatedAt })])['new'] ?? 0;
    expect(share(ago(0))).toBeLessThan(100);
    expect(share(ago(1800))).toBeGreaterThan(share(ago(600)));
    expect(share(ago(3600))).toBeGreaterThan(270);
  });

  it('counts what was given since the report', () => {
    const nodes = [node('given', 0), node('other', 800)];
    const given = ({ id }: Candidate) => (id === nodes[0]?.id ? 995 : 0);
    expect(selectNode(nodes, wanted(), { now, random: seeded(1), given })?.name).toBe('other');
  });

  it('says why there is none', () => {
    expect(whyNone([], wanted(), now)).toBe('There is no storage node in the pool main.');
    expect(whyNone([node('a', 0, { state: 'down' })], wanted(), now)).toMatch(
      'None of the 1 storage nodes in the pool main is active',
    );
    expect(whyNone([node('a', 0, { report: null })], wanted(), now)).toMatch('seen to work in the last 5 minutes');
    expect(whyNone([node('a', 999)], wanted(), now)).toMatch('has room for 10 bytes');
  });

  const anyNode = fc.record({
    capacityBytes: fc.nat(1000),
    takenBytes: fc.nat(1000),
    weight: fc.integer({ min: 1, max: 1000 }),
    state: fc.constantFrom<StorageNode['state']>('active', 'active', 'active', 'draining', 'down'),
    pool: fc.constantFrom('main', 'main', 'cold'),
    accepting: fc.boolean(),
    failures: fc.nat(2),
    age: fc.constantFrom(0, 100, 300, 301, 9999),
    active: fc.constantFrom(null, 0, 1000, 5000),
  });
  it('is any node that fits if one does, of a band that none is better than, whatever chance says', () => {
    const chance = fc.oneof(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constant(1 - Number.EPSILON / 2),
    );
    fc.assert(
      fc.property(fc.array(anyNode, { maxLength: 12 }), fc.nat(400), chance, chance, (facts, bytes, ...chances) => {
        const nodes = facts.map(({ age, active, takenBytes, ...rest }, index) =>
          nodeOf(`node-${index}`, {
            ...rest,
            report: reportOf(takenBytes, age),
            activatedAt: active === null ? null : ago(active),
          }),
        );
        const fits = nodes.filter(
          ({ state, pool, report, capacityBytes }) =>
            state === 'active' &&
            pool === 'main' &&
            report !== null &&
            report.at >= ago(300) &&
            report.takenBytes + bytes <= capacityBytes,
        );
        const isOpen = ({ accepting, failures, report, capacityBytes }: StorageNode) =>
          accepting && failures === 0 && (report?.takenBytes ?? 0) + bytes <= 0.85 * capacityBytes;
        const picks = [...chances];
        const found = selectNode(nodes, wanted({ bytes }), { now, random: () => picks.shift() ?? 0 });
        if (fits.length === 0) expect(found).toBeUndefined();
        else expect(fits.some(isOpen) ? fits.filter(isOpen) : fits).toContain(found);
      }),
    );
  });

  it('spreads uploads evenly over nodes of different sizes, with reports that are a minute old', async () => {
    const { deviation, fills } = await simulateSpread({ uploads: 20_000, nodes: 8, seed: 1, perSecond: 20 });
    expect(fills.every((fill) => fill > 60)).toBe(true);
    expect(deviation).toBeLessThan(2);
  });
});
