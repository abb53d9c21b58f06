import { key } from '../../lib/runtime/keys.ts';
import { lockRefusal } from './lock-rule.ts';
import type { Cart } from './model.ts';
import type { CartStore } from './store.ts';

/** Carts in memory, for tests of use cases: the same promises as the table's store. */
export const memoryCarts = (): CartStore => {
  const carts = new Map<string, Cart>();
  const current = new Map<string, string>();
  const openAt = (at: string, seen: number) => {
    const cart = carts.get(at);
    return cart?.status === 'open' && cart.version === seen;
  };
  const point = (tenant: string, cart: Cart) => {
    if (cart.customerId !== null) current.set(key(tenant, cart.customerId), cart.id);
  };
  const save: CartStore['save'] = async (tenant, cart, seen) => {
    const at = key(tenant, cart.id);
    if (!openAt(at, seen)) return false;
    carts.set(at, { ...cart, refused: carts.get(at)?.refused ?? [] });
    return true;
  };
  return {
    create: async (tenant, cart) => {
      const earlier = carts.get(key(tenant, cart.id));
      if (earlier !== undefined) return earlier;
      carts.set(key(tenant, cart.id), cart);
      point(tenant, cart);
      return undefined;
    },
    find: async (tenant, id) => carts.get(key(tenant, id)),
    currentOf: async (tenant, customerId) => carts.get(key(tenant, current.get(key(tenant, customerId)) ?? '')),
    save,
    adopt: async (tenant, cart, seen) => {
      if (!(await save(tenant, cart, seen))) return false;
      point(tenant, cart);
      return true;
    },
    absorb: async (tenant, { into, intoSeen, from }) => {
      if (!openAt(key(tenant, into.id), intoSeen) || !openAt(key(tenant, from.id), from.version)) return false;
      carts.set(key(tenant, from.id), { ...from, status: 'merged', mergedInto: into.id });
      return save(tenant, into, intoSeen);
    },
    remove: async (tenant, id, seen) => openAt(key(tenant, id), seen) && carts.delete(key(tenant, id)),
    lock: async (tenant, request) => {
      const at = key(tenant, request.cartId);
      const cart = carts.get(at);
      if (cart === undefined || lockRefusal(cart, request) !== undefined) return { refused: cart };
      const locked: Cart = { ...cart, status: 'ordering', orderId: request.orderId, lockedAt: request.now };
      carts.set(at, locked);
      return { locked };
    },
    unlock: async (tenant, id, orderId) => {
      const cart = carts.get(key(tenant, id));
      if (cart === undefined || cart.status === 'ordered' || cart.refused.includes(orderId)) return;
      const refused = [...cart.refused, orderId];
      const held = cart.status === 'ordering' && cart.orderId === orderId;
      carts.set(
        key(tenant, id),
        held ? { ...cart, refused, status: 'open', orderId: null, lockedAt: null } : { ...cart, refused },
      );
    },
    close: async (tenant, id, orderId) => {
      const cart = carts.get(key(tenant, id));
      if (cart === undefined || (cart.orderId !== null && cart.orderId !== orderId)) return;
      carts.set(key(tenant, id), { ...cart, status: 'ordered', orderId });
    },
  };
};
