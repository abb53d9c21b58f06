import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ACTOR,
  adjustmentOf,
  AT,
  countsOf,
  type InventoryStores,
  LATER,
  ledgerOf,
  linesOf,
  MAIN,
  orderOf,
  SECOND,
  tenantA,
  withSecondLocation,
} from './fixtures.ts';

const NAMES = ['a', 'b', 'c'];
/** What each order is about: the same whenever it is asked for. */
const LINES: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  o0: [['a', 1]],
  o1: [
    ['a', 90],
    ['b', 1],
  ],
  o2: [
    ['a', 7],
    ['b', 60],
    ['c', 2],
  ],
  o3: [['b', 130]],
  o4: [
    ['c', 35],
    ['b', 5],
  ],
  o5: [['c', 1]],
};
const order = fc.constantFrom(...Object.keys(LINES));
const name = fc.constantFrom(...NAMES);
const operation = fc.oneof(
  fc.record({
    do: fc.constant('adjust' as const),
    name,
    delta: fc.integer({ min: -40, max: 400 }),
    at: fc.constantFrom(MAIN, SECOND),
  }),
  fc.record({ do: fc.constant('set' as const), name, to: fc.integer({ min: 0, max: 300 }) }),
  fc.record({
    do: fc.constant('reserve' as const),
    order,
    quantities: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    do: fc.constantFrom('release' as const, 'writeOff' as const, 'commit' as const, 'ship' as const),
    order,
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

const run = async ({ stock, reservations }: InventoryStores, step: Operation, index: number): Promise<void> => {
  switch (step.do) {
    case 'adjust':
      await stock.adjust(tenantA, adjustmentOf(`${index}`, [[step.name, { delta: step.delta }, step.at]]));
      return;
    case 'set':
      await stock.adjust(tenantA, adjustmentOf(`${index}`, [[step.name, { setTo: step.to }]]));
      return;
    case 'reserve': {
      const request = { orderId: orderOf(step.order), lines: linesOf(...(LINES[step.order] ?? [])), at: AT };
      await reservations.reserve(tenantA, request);
      return;
    }
    case 'commit':
      await reservations.commit(tenantA, orderOf(step.order), LATER);
      return;
    case 'ship':
      await reservations.ship(tenantA, { orderId: orderOf(step.order), at: LATER, actor: ACTOR });
      return;
    case 'release':
    case 'writeOff': {
      const restock = step.do === 'release';
      await reservations.release(tenantA, { orderId: orderOf(step.order), at: LATER, actor: ACTOR, restock });
    }
  }
};

/** Whatever is done, in any order, several things at once: what came in is what is there, is reserved or has left. */
export const stockEquation = (makeStores: () => Promise<InventoryStores>, runs: number): void => {
  it('received + adjusted = available + reserved + what has left, and nothing is ever below zero', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        async (rounds) => {
          const stores = await makeStores();
          await withSecondLocation(stores.locations);
          for (const [round, steps] of rounds.entries()) {
            await Promise.all(steps.map((step, index) => run(stores, step, round * 10 + index)));
          }
          for (const each of NAMES) {
            const { available, reserved, shipped } = await countsOf(stores.stock, each);
            expect(await ledgerOf(stores.stock, each)).toBe(available + reserved);
            expect(Math.min(available, reserved, shipped)).toBeGreaterThanOrEqual(0);
          }
          const open = await heldBy(stores);
          for (const each of NAMES) {
            expect((await countsOf(stores.stock, each)).reserved).toBe(
              open.get(linesOf([each, 1])[0]?.variantId ?? '') ?? 0,
            );
          }
        },
      ),
      { numRuns: runs },
    );
  });
};

/** What the reservations themselves say is held or committed, by variant. */
const heldBy = async ({ reservations }: InventoryStores): Promise<ReadonlyMap<string, number>> => {
  const held = new Map<string, number>();
  for (const each of Object.keys(LINES)) {
    const found = await reservations.find(tenantA, orderOf(each));
    if (found === undefined || found.state === 'released' || found.state === 'shipped') continue;
    for (const { variantId, quantity } of found.lines) held.set(variantId, (held.get(variantId) ?? 0) + quantity);
  }
  return held;
};
