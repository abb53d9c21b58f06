import { describe, expect, it } from 'vitest';
import { NodeState } from '../../functions/storage/node.ts';
import { isLegalMove, moved, requireEpoch } from '../../functions/storage/transitions.ts';
import { drainId } from '../../functions/storage/ids.ts';
import { aNode, NOW } from './node-fixtures.ts';

const now = () => NOW;
const states = NodeState.options;

describe('a move of a node', () => {
  it('is legal when it is one of these, and in no other case', () => {
    const legal = states.flatMap((state) =>
      states
        .filter((to) => isLegalMove({ state, before: state === 'down' ? 'read-only' : null }, to))
        .map((to) => `${state} -> ${to}`),
    );
    expect(legal).toEqual([
      'joining -> active',
      'joining -> retired',
      'active -> read-only',
      'active -> draining',
      'active -> down',
      'read-only -> active',
      'read-only -> draining',
      'read-only -> down',
      'draining -> active',
      'draining -> drained',
      'draining -> down',
      'drained -> active',
      'drained -> retired',
      'down -> read-only',
    ]);
  });

  it('makes the next epoch', () => {
    expect(moved(aNode({ state: 'active', epoch: 4 }), { to: 'read-only' }, now)).toMatchObject({
      state: 'read-only',
      epoch: 5,
      updatedAt: NOW.toISOString(),
    });
  });

  it('down and back leaves a drain as it was', () => {
    const drain = drainId.derive('one');
    const draining = moved(aNode({ state: 'active' }), { to: 'draining', drain }, now);
    const down = moved(draining, { to: 'down' }, now);
    expect(down).toMatchObject({ state: 'down', before: 'draining', drain });
    expect(moved(down, { to: 'draining' }, now)).toMatchObject({ state: 'draining', before: null, drain });
    expect(moved(draining, { to: 'active' }, now).drain).toBeNull();
  });

  it('begins a new time of activity only where the node was empty', () => {
    expect(moved(aNode({ state: 'joining' }), { to: 'active' }, now).activatedAt).toBe(NOW.toISOString());
    expect(moved(aNode({ state: 'read-only' }), { to: 'active' }, now).activatedAt).toBeNull();
  });

  it('is refused with what can be done', () => {
    const retire = () => moved(aNode({ state: 'active', name: 'node-2' }), { to: 'retired' }, now);
    expect(retire).toThrow('The node node-2 is active and cannot become retired. Drain it first.');
  });

  it('needs the epoch that is current', () => {
    expect(() => requireEpoch(aNode({ epoch: 2 }), 2)).not.toThrow();
    expect(() => requireEpoch(aNode({ epoch: 2 }), 1)).toThrow('changed meanwhile');
  });
});
