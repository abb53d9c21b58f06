import type * as z from 'zod';
import type { Lock, Unlock } from '../../functions/carts/calls.ts';
import type { Release, Reserve } from '../../functions/inventory/calls.ts';
import type { Quote, QuoteCall, Redeem, Unredeem } from '../../functions/pricing/calls.ts';
import { lockedCartOf } from './fixtures.ts';

type In<Contract extends { readonly input: z.ZodType }> = z.output<Contract['input']>;
type Out<Contract extends { readonly output: z.ZodType }> = z.input<Contract['output']>;

/** The neighbours of the checkout, as their contracts describe them: each does once, and an undo leaves a mark. */
export const fakeCarts = (name: string, now: () => Date, cart = lockedCartOf(name)) => {
  let state: { status: 'open' } | { status: 'ordering' | 'ordered'; orderId: string; at: string } = { status: 'open' };
  const refused = new Set<string>();
  return {
    cart,
    state: () => state,
    lock: async ({ orderId, guestTokenHash, asStaff }: In<typeof Lock>): Promise<Out<typeof Lock>> => {
      const refuse = (code: 'cart_not_found' | 'cart_closed', more = {}) =>
        ({ status: 'refused', code, detail: code, ...more }) as const;
      if (guestTokenHash === 'wrong' || (guestTokenHash === null && asStaff !== true)) return refuse('cart_not_found');
      const own = state.status === 'ordering' && state.orderId === orderId;
      if (refused.has(orderId) || !(state.status === 'open' || own)) {
        return refuse(
          'cart_closed',
          state.status === 'ordering' ? { lockedBy: state.orderId, lockedAt: state.at } : {},
        );
      }
      if (!own) state = { status: 'ordering', orderId, at: now().toISOString() };
      return { status: 'locked', cart };
    },
    unlock: async ({ orderId }: In<typeof Unlock>): Promise<Out<typeof Unlock>> => {
      refused.add(orderId);
      if (state.status === 'ordering' && state.orderId === orderId) state = { status: 'open' };
      return { status: 'unlocked' };
    },
    close: async (orderId: string): Promise<void> => {
      if (state.status !== 'open' && state.orderId === orderId) state = { ...state, status: 'ordered' };
      else throw new Error(`the cart is not locked by the confirmed order ${orderId}, but ${JSON.stringify(state)}`);
    },
  };
};

export const fakeStock = (available: number) => {
  let left = available;
  const reservations = new Map<string, { status: 'held' | 'released' | 'committed'; quantity: number }>();
  return {
    left: () => left,
    of: (orderId: string) => reservations.get(orderId)?.status,
    reserve: async ({ orderId, lines }: In<typeof Reserve>): Promise<Out<typeof Reserve>> => {
      const known = reservations.get(orderId);
      if (known !== undefined) return known.status === 'released' ? { status: 'closed' } : { status: 'reserved' };
      const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
      const [first] = lines;
      if (left < quantity && first !== undefined) {
        return {
          status: 'out_of_stock',
          lines: [{ variantId: first.variantId, requested: quantity, available: left }],
        };
      }
      left -= quantity;
      reservations.set(orderId, { status: 'held', quantity });
      return { status: 'reserved' };
    },
    release: async ({ orderId }: In<typeof Release>): Promise<Out<typeof Release>> => {
      const known = reservations.get(orderId);
      if (known?.status === 'committed') throw new Error('the stock of a confirmed order was released');
      if (known?.status === 'held') left += known.quantity;
      reservations.set(orderId, { status: 'released', quantity: 0 });
      return { status: 'released' };
    },
    commit: async (orderId: string): Promise<void> => {
      const known = reservations.get(orderId);
      if (known === undefined || known.status === 'released') throw new Error('a confirmed order has no stock');
      known.status = 'committed';
    },
  };
};

export const fakePricing = (quote: Quote, limit: number) => {
  let current = quote;
  const redemptions = new Map<string, 'redeemed' | 'released'>();
  const used = () => [...redemptions.values()].filter((status) => status === 'redeemed').length;
  return {
    used,
    of: (orderId: string) => redemptions.get(orderId),
    change: (next: Quote) => {
      current = next;
    },
    quote: async (_: In<typeof QuoteCall>): Promise<Out<typeof QuoteCall>> => ({ status: 'quoted', quote: current }),
    redeem: async ({ orderId, codes }: In<typeof Redeem>): Promise<Out<typeof Redeem>> => {
      const known = redemptions.get(orderId);
      if (known !== undefined) return known === 'released' ? { status: 'closed' } : { status: 'redeemed' };
      if (used() >= limit) return { status: 'exhausted', code: codes[0] ?? '' };
      redemptions.set(orderId, 'redeemed');
      return { status: 'redeemed' };
    },
    unredeem: async ({ orderId }: In<typeof Unredeem>): Promise<Out<typeof Unredeem>> => {
      redemptions.set(orderId, 'released');
      return { status: 'released' };
    },
  };
};
