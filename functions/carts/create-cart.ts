import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { hashCartToken } from './calls.ts';
import { mergeLines } from './changes.ts';
import { type Cart, CART_DAYS, cartId, CartView, NewCart, quantityTooLarge, tooManyLines } from './model.ts';
import { type AskQuote, pricesOf } from './quoted-cart.ts';
import type { CartStore } from './store.ts';

export const createCartRoute = defineRoute({
  method: 'POST',
  path: '/v1/carts',
  summary: 'Make a cart, with everything in it if you like',
  callers: ['publishable'],
  idempotency: 'required',
  body: NewCart,
  response: CartView.extend({
    /** A guest's proof for the header Cart-Token. Shown this once: null in a replay and for customers. */
    token: z.string().nullable(),
  }),
  status: 201,
  errors: [tooManyLines, quantityTooLarge, conflict],
});

interface Deps {
  readonly carts: CartStore;
  readonly ask: AskQuote;
  readonly now: Clock;
  readonly newToken: () => string;
}

export const CART_SECONDS = CART_DAYS * 24 * 3600;

export const createCart = ({ carts, ask, now, newToken }: Deps): UseCase<typeof createCartRoute> => {
  const prices = pricesOf(ask);
  return async (request) => {
    const { caller, body, idempotency } = request;
    const moment = now();
    const at = toInstant(moment);
    const token = caller.kind === 'customer' ? null : newToken();
    const wanted: Cart = {
      id: cartId.derive(caller.tenant, idempotency.scope),
      version: 1,
      status: 'open',
      orderId: null,
      mergedInto: null,
      lockedAt: null,
      refused: [],
      currency: body.currency,
      locale: body.locale,
      lines: mergeLines(body.lines ?? []),
      email: body.email ?? null,
      shippingAddress: body.shippingAddress ?? null,
      shippingMethodId: body.shippingMethodId ?? null,
      codes: [...new Set(body.codes ?? [])],
      customerId: caller.kind === 'customer' ? caller.actorId : null,
      guestTokenHash: token === null ? null : hashCartToken(token),
      requestHash: idempotency.requestHash,
      createdAt: at,
      updatedAt: at,
      expiresAt: secondsAfter(moment, CART_SECONDS),
    };
    const [earlier, priced] = await Promise.all([carts.create(caller.tenant, wanted), prices(wanted, request)]);
    if (earlier === undefined) {
      return { body: { ...wanted, ...priced, token }, version: 1, location: `${createCartRoute.path}/${wanted.id}` };
    }
    assertSameRequest(earlier.requestHash, idempotency);
    if (earlier.version > 1 || earlier.status !== 'open') {
      // A replay proves no more than that somebody knows the key and the first content: what came later is not shown.
      throw conflict('This cart was made before and has changed since. Read it with its Cart-Token.');
    }
    return {
      body: { ...earlier, ...priced, token: null },
      version: 1,
      location: `${createCartRoute.path}/${earlier.id}`,
      replayed: true,
    };
  };
};
