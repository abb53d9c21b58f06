import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { heldBy } from './holder.ts';
import { cartId, cartNotFound, CartView } from './model.ts';
import { type AskQuote, pricesOf } from './quoted-cart.ts';
import type { CartStore } from './store.ts';

export const getCartRoute = defineRoute({
  method: 'GET',
  path: '/v1/carts/{cartId}',
  summary: 'Get a cart with what it costs now',
  callers: ['publishable'],
  params: z.object({ cartId: cartId.schema }),
  response: CartView,
  status: 200,
  errors: [cartNotFound],
});

export interface CartDeps {
  readonly carts: CartStore;
  readonly ask: AskQuote;
  readonly now: Clock;
}

export const getCart = ({ carts, ask, now }: CartDeps): UseCase<typeof getCartRoute> => {
  const prices = pricesOf(ask);
  return async (request) => {
    const found = await carts.find(request.caller.tenant, request.params.cartId);
    const cart = heldBy(found, request, toInstant(now()));
    return { body: { ...cart, ...(await prices(cart, request)) }, version: cart.version };
  };
};
