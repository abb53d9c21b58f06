import * as z from 'zod';
import type { Callable } from '../../lib/runtime/call.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { Money } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { ListShippingMethods } from '../pricing/calls.ts';
import { heldBy } from './holder.ts';
import { cartId, cartNotFound } from './model.ts';
import type { CartStore } from './store.ts';

export const getShippingMethodsRoute = defineRoute({
  method: 'GET',
  path: '/v1/carts/{cartId}/shipping-methods',
  summary: "List the ways to ship a cart to its address, or within the shop's country while it has none",
  callers: ['publishable'],
  params: z.object({ cartId: cartId.schema }),
  response: z.object({
    items: z.array(z.object({ id: z.string(), name: z.string(), price: Money })),
    next: z.string().nullable(),
  }),
  status: 200,
  errors: [cartNotFound],
});

interface Deps {
  readonly carts: CartStore;
  readonly now: Clock;
  readonly methods: Callable<typeof ListShippingMethods>;
}

/** The prices are the merchant's flat rates; what a method adds to the total, with its tax, is in the cart's quote. */
export const getShippingMethods =
  ({ carts, now, methods }: Deps): UseCase<typeof getShippingMethodsRoute> =>
  async (request) => {
    const { caller, params, traceId } = request;
    const cart = heldBy(await carts.find(caller.tenant, params.cartId), request, toInstant(now()));
    const { country, region } = cart.shippingAddress ?? { country: caller.settings.country, region: undefined };
    const found = await methods(
      { tenant: caller.tenant, traceId },
      { currency: cart.currency, shippingAddress: { country, region } },
    );
    const items = found.methods.map(({ id, name, amount }) => ({
      id,
      name,
      price: { amount, currency: cart.currency },
    }));
    return { body: { items, next: null } };
  };
