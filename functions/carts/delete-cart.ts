import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { heldBy, stillOpen } from './holder.ts';
import { cartClosed, cartId, cartNotFound } from './model.ts';
import type { CartStore } from './store.ts';

export const deleteCartRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/carts/{cartId}',
  summary: 'Throw a cart away',
  callers: ['publishable'],
  ifMatch: 'optional',
  params: z.object({ cartId: cartId.schema }),
  status: 204,
  errors: [cartNotFound, cartClosed, versionMismatch],
});

interface Deps {
  readonly carts: CartStore;
  readonly now: Clock;
}

export const deleteCart =
  ({ carts, now }: Deps): UseCase<typeof deleteCartRoute> =>
  async (request) => {
    const { caller, params, ifMatch } = request;
    const cart = stillOpen(heldBy(await carts.find(caller.tenant, params.cartId), request, toInstant(now())));
    const wanted = ifMatch === undefined || ifMatch === cart.version;
    if (!wanted || !(await carts.remove(caller.tenant, cart.id, cart.version))) {
      throw versionMismatch('The cart was changed meanwhile. Look at it again before you throw it away.');
    }
    return { body: undefined };
  };
