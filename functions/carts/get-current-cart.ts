import { toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { CartDeps } from './get-cart.ts';
import { cartNotFound, CartView } from './model.ts';
import { pricesOf } from './quoted-cart.ts';

export const getCurrentCartRoute = defineRoute({
  method: 'GET',
  path: '/v1/carts/current',
  summary: "Get the customer's cart",
  callers: ['customer'],
  response: CartView,
  status: 200,
  errors: [cartNotFound],
});

/** The cart that the customer made or took over last, until it has become an order or has expired. */
export const getCurrentCart = ({ carts, ask, now }: CartDeps): UseCase<typeof getCurrentCartRoute> => {
  const prices = pricesOf(ask);
  return async (request) => {
    const { caller } = request;
    const cart = await carts.currentOf(caller.tenant, caller.actorId);
    const usable = cart?.status === 'open' || cart?.status === 'ordering';
    if (cart === undefined || !usable || cart.expiresAt <= toInstant(now())) {
      throw cartNotFound('There is no cart at this moment. Make one with POST /v1/carts.');
    }
    return { body: { ...cart, ...(await prices(cart, request)) }, version: cart.version };
  };
};
