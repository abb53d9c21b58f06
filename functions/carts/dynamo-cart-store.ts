import {
  ConditionFailed,
  type Item,
  type Key,
  type OpenTenantDb,
  TransactionRefused,
  type Update,
} from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import { Cart, cartId } from './model.ts';
import type { CartStore, LockRequest } from './store.ts';

const cartKey = (id: string): Key => ({ pk: key('cart', id), sk: 'meta' });
const currentKey = (customerId: string): Key => ({ pk: key('customer', customerId), sk: 'current' });

const ABSENT = { expression: 'attribute_not_exists(pk)' };
const STATUS = { '#status': 'status' };
const openAt = (seen: number) => ({
  expression: '#status = :open AND #version = :seen',
  names: { ...STATUS, '#version': 'version' },
  values: { ':open': 'open', ':seen': seen },
});
const ttlOf = ({ expiresAt }: { readonly expiresAt: string }): number => Math.floor(Date.parse(expiresAt) / 1000);

/** What is null or empty is left out: a cart of two lines with its address fits into one write unit (1 kB). */
const toItem = ({ id, ...cart }: Cart): Item => ({
  ...cartKey(id),
  ...Object.fromEntries(Object.entries(cart).filter(([, value]) => value !== null)),
  refused: cart.refused.length === 0 ? undefined : cart.refused,
  ttl: ttlOf(cart),
});

const NOTHING = {
  orderId: null,
  lockedAt: null,
  mergedInto: null,
  refused: [],
  email: null,
  shippingAddress: null,
  shippingMethodId: null,
  customerId: null,
  guestTokenHash: null,
};
const fromItem = (item: Item): Cart =>
  Cart.parse({ ...NOTHING, ...item, id: cartId.schema.parse(String(item['pk']).slice('cart#'.length)) });

/**
 * An open cart's next content, as an update: the orders that were refused meanwhile are no part of the content, so that a
 * shopper's change cannot make one of them welcome again.
 */
const contentUpdate = (cart: Cart, seen: number): Update => {
  const { version, lines, email, shippingAddress, shippingMethodId, codes, customerId, guestTokenHash } = cart;
  const { updatedAt, expiresAt, mergedInto, status } = cart;
  const content = {
    version,
    status,
    lines,
    email,
    shippingAddress,
    shippingMethodId,
    codes,
    customerId,
    guestTokenHash,
  };
  const all = Object.entries({ ...content, updatedAt, expiresAt, mergedInto, ttl: ttlOf(cart) });
  const set = all.filter(([, value]) => value !== null);
  const gone = all.filter(([, value]) => value === null);
  const condition = openAt(seen);
  return {
    update: [
      `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      ...(gone.length === 0 ? [] : [`REMOVE ${gone.map(([name]) => `#${name}`).join(', ')}`]),
    ].join(' '),
    condition: condition.expression,
    names: { ...condition.names, ...Object.fromEntries(all.map(([name]) => [`#${name}`, name])) },
    values: { ...condition.values, ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])) },
  };
};

const pointerOf = (cart: Cart): Item[] =>
  cart.customerId === null ? [] : [{ ...currentKey(cart.customerId), cartId: cart.id }];

/** true when the write was made, false when its condition did not hold. */
const unlessRefused = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed || error instanceof TransactionRefused) return false;
    throw error;
  }
};

/** Everything that makes a cart lockable, as one condition: no read comes before the write. */
const lockCondition = ({ holder, version }: LockRequest): { condition: string; values: Record<string, unknown> } => {
  const mine: string[] = [];
  if (holder.asStaff === true) mine.push('attribute_exists(pk)');
  if ((holder.guestTokenHash ?? null) !== null) mine.push('guestTokenHash = :guest');
  if ((holder.customerId ?? null) !== null) mine.push('customerId = :customer');
  const condition = [
    '(#status = :open OR (#status = :ordering AND orderId = :order))',
    'expiresAt > :now',
    mine.length === 0 ? 'attribute_not_exists(pk)' : `(${mine.join(' OR ')})`,
    '(attribute_not_exists(refused) OR NOT contains(refused, :order))',
    'size(#lines) > :zero',
    'attribute_exists(email)',
    ...(version === undefined ? [] : ['#version = :version']),
  ].join(' AND ');
  return {
    condition,
    values: {
      ':zero': 0,
      ':version': version,
      ':guest': holder.guestTokenHash ?? undefined,
      ':customer': holder.customerId ?? undefined,
    },
  };
};

const MAX_TRIES = 5;

export const dynamoCarts = (db: OpenTenantDb): CartStore => {
  const find: CartStore['find'] = async (tenant, id) => {
    const item = await db(tenant).get(cartKey(id), { consistent: true });
    return item === undefined ? undefined : fromItem(item);
  };
  return {
    find,

    create: async (tenant, cart) => {
      const pointers = pointerOf(cart);
      const put = { put: toItem(cart), condition: ABSENT };
      const made = await unlessRefused(
        pointers.length === 0
          ? db(tenant).put(put.put, ABSENT)
          : db(tenant).transact([put, ...pointers.map((pointer) => ({ put: pointer }))]),
      );
      return made ? undefined : find(tenant, cart.id);
    },

    currentOf: async (tenant, customerId) => {
      const pointer = await db(tenant).get(currentKey(customerId), { consistent: true });
      return pointer === undefined ? undefined : find(tenant, String(pointer['cartId']));
    },

    save: (tenant, cart, seen) => unlessRefused(db(tenant).update(cartKey(cart.id), contentUpdate(cart, seen))),

    adopt: (tenant, cart, seen) =>
      unlessRefused(
        db(tenant).transact([
          { update: cartKey(cart.id), with: contentUpdate(cart, seen) },
          ...pointerOf(cart).map((pointer) => ({ put: pointer })),
        ]),
      ),

    absorb: (tenant, { into, intoSeen, from }) =>
      unlessRefused(
        db(tenant).transact([
          { update: cartKey(into.id), with: contentUpdate(into, intoSeen) },
          {
            update: cartKey(from.id),
            with: contentUpdate({ ...from, status: 'merged', mergedInto: into.id }, from.version),
          },
        ]),
      ),

    remove: (tenant, id, seen) => unlessRefused(db(tenant).delete(cartKey(id), openAt(seen))),

    lock: async (tenant, request) => {
      const { condition, values } = lockCondition(request);
      const used = Object.entries(values).filter(([, value]) => value !== undefined);
      try {
        const item = await db(tenant).update(cartKey(request.cartId), {
          update: 'SET #status = :ordering, orderId = :order, lockedAt = :now',
          condition,
          names: {
            ...STATUS,
            '#lines': 'lines',
            ...(request.version === undefined ? {} : { '#version': 'version' }),
          },
          values: {
            ':open': 'open',
            ':ordering': 'ordering',
            ':order': request.orderId,
            ':now': request.now,
            ...Object.fromEntries(used),
          },
        });
        return { locked: fromItem(item) };
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        return { refused: error.item === undefined ? undefined : fromItem(error.item) };
      }
    },

    unlock: async (tenant, id, orderId) => {
      const remember = 'refused = list_append(if_not_exists(refused, :none), :orders)';
      const fresh = '(attribute_not_exists(refused) OR NOT contains(refused, :order))';
      const values = { ':none': [], ':orders': [orderId], ':order': orderId };
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const opened = db(tenant).update(cartKey(id), {
          update: `SET #status = :open, ${remember} REMOVE orderId, lockedAt`,
          condition: `#status = :ordering AND orderId = :order AND ${fresh}`,
          names: STATUS,
          values: { ...values, ':open': 'open', ':ordering': 'ordering' },
        });
        if (await unlessRefused(opened)) return;
        const cart = await find(tenant, id);
        if (cart === undefined || cart.status === 'ordered' || cart.refused.includes(orderId)) return;
        const marked = db(tenant).update(cartKey(id), {
          update: `SET ${remember}`,
          condition: `attribute_exists(pk) AND (attribute_not_exists(orderId) OR orderId <> :order) AND ${fresh}`,
          values,
        });
        if (await unlessRefused(marked)) return;
      }
      throw new Error(`The cart ${id} kept changing`);
    },

    close: async (tenant, id, orderId) => {
      await unlessRefused(
        db(tenant).update(cartKey(id), {
          update: 'SET #status = :ordered, orderId = :order',
          condition:
            'attribute_exists(pk) AND #status <> :ordered AND (attribute_not_exists(orderId) OR orderId = :order)',
          names: STATUS,
          values: { ':ordered': 'ordered', ':order': orderId },
        }),
      );
    },
  };
};
