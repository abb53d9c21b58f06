import { key } from '../../lib/runtime/keys.ts';
import type { Position } from '../../lib/runtime/cursor.ts';
import { SYSTEM_ACTOR, type TenantId } from '../../lib/runtime/tenant.ts';
import type { ShortLine } from './calls.ts';
import { planDraws, type StockView } from './draws.ts';
import { firstLocations, inOrder } from './locations.ts';
import {
  type Adjustment,
  adjustmentId,
  defaultLocationOf,
  type Level,
  locationId as locationIds,
  type Movement,
  type Reservation,
  type StockItem,
} from './model.ts';
import type { LocationStore, ReservationStore, StockStore, StoredLocation } from './store.ts';

interface Entry {
  item: StockItem;
  deleted: boolean;
  source: string | undefined;
  readonly levels: Map<Level['locationId'], { available: number; reserved: number; shipped: number }>;
}
type Held = { reservation: Reservation };

/** Everything of inventory in memory, for tests of use cases: the same promises as the table's stores. */
export const memoryInventory = (): {
  readonly stock: StockStore;
  readonly reservations: ReservationStore;
  readonly locations: LocationStore;
} => {
  const entries = new Map<string, Entry>();
  const adjustments = new Map<string, { adjustment: Adjustment; requestHash: string }>();
  const movements: { tenant: TenantId; movement: Movement }[] = [];
  const held = new Map<string, Held>();
  const locations = new Map<string, readonly StoredLocation[]>();

  const locationsOf = (tenant: TenantId) => locations.get(tenant) ?? firstLocations(tenant);
  const entryOf = (tenant: TenantId, variantId: string, at: StockItem['createdAt']): Entry => {
    const known = entries.get(key(tenant, variantId));
    if (known !== undefined) return known;
    const item: StockItem = { variantId, tracked: true, policy: 'deny', version: 1, createdAt: at, updatedAt: at };
    const entry: Entry = { item, deleted: false, source: undefined, levels: new Map() };
    entries.set(key(tenant, variantId), entry);
    return entry;
  };
  const levelOf = (entry: Entry, locationId: Level['locationId']) => {
    const level = entry.levels.get(locationId) ?? { available: 0, reserved: 0, shipped: 0 };
    entry.levels.set(locationId, level);
    return level;
  };
  const viewOf = (tenant: TenantId, variantId: string): StockView => {
    const entry = entries.get(key(tenant, variantId));
    const ordered = inOrder(locationsOf(tenant)).map(({ id }) => id);
    return {
      tracked: entry?.item.tracked ?? true,
      policy: entry?.item.policy ?? 'deny',
      levels: ordered.flatMap((locationId) => {
        const level = entry?.levels.get(locationId);
        return level === undefined ? [] : [{ locationId, bucket: 0, available: level.available }];
      }),
      defaultLocation: defaultLocationOf(tenant),
    };
  };
  const enter = (tenant: TenantId, movement: Movement) => void movements.push({ tenant, movement });

  const settle = (
    tenant: TenantId,
    orderId: string,
    state: 'released' | 'shipped',
    fate: 'available' | 'shipped' | 'nothing',
    { at, actor }: Pick<Movement, 'actor'> & { at: StockItem['createdAt'] },
  ): void => {
    const found = held.get(key(tenant, orderId));
    if (found === undefined || (found.reservation.state !== 'held' && found.reservation.state !== 'committed')) return;
    for (const { variantId, from } of found.reservation.lines) {
      for (const { locationId, quantity } of from) {
        const level = levelOf(entryOf(tenant, variantId, at), locationId);
        level.reserved -= quantity;
        if (fate !== 'nothing') level[fate] += quantity;
        if (fate === 'available') continue;
        const reason = fate === 'shipped' ? 'shipped' : 'written_off';
        const about = { adjustmentId: null, orderId, actor, createdAt: at };
        enter(tenant, { variantId, locationId, delta: -quantity, reason, ...about });
      }
    }
    found.reservation = { ...found.reservation, state, updatedAt: at };
  };

  const stock: StockStore = {
    adjust: async (tenant, order) => {
      const earlier = adjustments.get(key(tenant, order.id));
      if (earlier !== undefined) return { status: 'exists', ...earlier };
      const lines: Adjustment['lines'] = [];
      const short: ShortLine[] = [];
      for (const { variantId, locationId, change } of order.lines) {
        const entry = entries.get(key(tenant, variantId));
        const available = entry?.levels.get(locationId)?.available ?? 0;
        const delta = 'delta' in change ? change.delta : change.setTo - available;
        const enough = available + delta >= 0 || delta >= 0 || entry?.item.policy === 'continue';
        if (!enough) short.push({ variantId, requested: -delta, available: Math.max(0, available) });
        else if (delta !== 0) lines.push({ variantId, locationId, delta });
      }
      if (short.length > 0) return { status: 'insufficient', lines: short };
      const { id, reason, at, actor, requestHash } = order;
      for (const { variantId, locationId, delta } of lines) {
        levelOf(entryOf(tenant, variantId, at), locationId).available += delta;
        const about = { reason, adjustmentId: id, orderId: null, actor, createdAt: at };
        enter(tenant, { variantId, locationId, delta, ...about });
      }
      const adjustment: Adjustment = { id, reason, lines, createdAt: at };
      adjustments.set(key(tenant, id), { adjustment, requestHash });
      return { status: 'adjusted', adjustment };
    },

    applyImport: async (tenant, { source, lines, at }) => {
      let changed = 0;
      for (const { variantId, tracked, policy, quantity } of lines) {
        const known = entries.get(key(tenant, variantId));
        if (known?.source === source) continue;
        const entry = entryOf(tenant, variantId, at);
        const level = levelOf(entry, defaultLocationOf(tenant));
        const delta = quantity === null ? 0 : quantity - level.available;
        const same = entry.item.tracked === tracked && entry.item.policy === policy;
        if (known !== undefined && same && delta === 0) continue;
        changed += 1;
        entry.source = source;
        const version = entry.item.version + (same || known === undefined ? 0 : 1);
        entry.item = { ...entry.item, tracked, policy, version, updatedAt: at };
        if (delta === 0) continue;
        level.available += delta;
        const id = adjustmentId.derive(tenant, source, variantId);
        const about = { adjustmentId: id, orderId: null, actor: SYSTEM_ACTOR, createdAt: at };
        enter(tenant, { variantId, locationId: defaultLocationOf(tenant), delta, reason: 'import', ...about });
      }
      return changed;
    },

    find: async (tenant, variantId) => {
      const entry = entries.get(key(tenant, variantId));
      return entry === undefined || entry.deleted ? undefined : entry.item;
    },

    levels: async (tenant, variantIds) =>
      [...new Set(variantIds)].flatMap((variantId) => {
        const entry = entries.get(key(tenant, variantId));
        if (entry === undefined || entry.deleted) return [];
        levelOf(entry, defaultLocationOf(tenant));
        const levels = [...entry.levels].map(([locationId, counts]) => {
          const { available, reserved, shipped } = counts;
          return { variantId, locationId, available, reserved, onHand: available + reserved, shipped };
        });
        return [{ item: entry.item, levels }];
      }),

    change: async (tenant, item, { tracked = item.tracked, policy = item.policy }, at) => {
      const entry = entries.get(key(tenant, item.variantId));
      if (entry === undefined || entry.deleted || entry.item.version !== item.version) return undefined;
      entry.item = { ...entry.item, tracked, policy, version: item.version + 1, updatedAt: at };
      return entry.item;
    },

    ensure: async (tenant, variantId, at) => void entryOf(tenant, variantId, at),
    retire: async (tenant, variantId, at) => {
      entryOf(tenant, variantId, at).deleted = true;
    },

    movements: async (tenant, variantId, { from, limit, after }) => {
      const all = movements
        .filter((entry) => entry.tenant === tenant && entry.movement.variantId === variantId)
        .map(({ movement }) => movement)
        .filter(({ createdAt }) => from === undefined || createdAt >= from)
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
      const start = Number(after?.['start'] ?? 0);
      const last: Position | undefined = start + limit < all.length ? { start: start + limit } : undefined;
      return { items: all.slice(start, start + limit), last };
    },
  };

  const reservations: ReservationStore = {
    reserve: async (tenant, { orderId, lines, at }) => {
      const earlier = held.get(key(tenant, orderId));
      if (earlier !== undefined) return { status: earlier.reservation.state === 'released' ? 'closed' : 'reserved' };
      const planned = lines.map((line) => ({
        line,
        plan: planDraws(viewOf(tenant, line.variantId), line.quantity, 0),
      }));
      const short = planned.flatMap(({ line, plan }) =>
        'short' in plan ? [{ variantId: line.variantId, requested: line.quantity, available: plan.short }] : [],
      );
      if (short.length > 0) return { status: 'out_of_stock', lines: short };
      const taken = planned.map(({ line, plan }) => ({
        ...line,
        from: ('draws' in plan ? plan.draws : []).map((draw) => ({
          locationId: locationIds.schema.parse(draw.locationId),
          quantity: draw.quantity,
        })),
      }));
      for (const { variantId, from } of taken) {
        for (const { locationId, quantity } of from) {
          const level = levelOf(entryOf(tenant, variantId, at), locationId);
          level.available -= quantity;
          level.reserved += quantity;
        }
      }
      const reservation: Reservation = { orderId, state: 'held', lines: taken, createdAt: at, updatedAt: at };
      held.set(key(tenant, orderId), { reservation });
      return { status: 'reserved' };
    },
    commit: async (tenant, orderId, at) => {
      const found = held.get(key(tenant, orderId));
      if (found === undefined) return 'missing';
      if (found.reservation.state === 'held') {
        found.reservation = { ...found.reservation, state: 'committed', updatedAt: at };
      }
      return 'done';
    },
    release: async (tenant, { orderId, at, actor, restock }) => {
      if (!held.has(key(tenant, orderId))) {
        const reservation: Reservation = { orderId, state: 'released', lines: [], createdAt: at, updatedAt: at };
        held.set(key(tenant, orderId), { reservation });
        return;
      }
      settle(tenant, orderId, 'released', restock ? 'available' : 'nothing', { at, actor });
    },
    ship: async (tenant, { orderId, at, actor }) => {
      if (!held.has(key(tenant, orderId))) return 'missing';
      settle(tenant, orderId, 'shipped', 'shipped', { at, actor });
      return 'done';
    },
    find: async (tenant, orderId) => held.get(key(tenant, orderId))?.reservation,
  };

  return {
    stock,
    reservations,
    locations: {
      list: async (tenant) => inOrder(locationsOf(tenant)),
      change: async (tenant, decide) => {
        const { locations: after, result } = decide(locationsOf(tenant));
        locations.set(tenant, after);
        return result;
      },
    },
  };
};
