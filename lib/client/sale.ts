import * as z from 'zod';
import { call, Refused } from './expect-status.ts';
import type { ApiClient, ApiResponse } from './http.ts';
import type { Shop } from './shop.ts';
import { until } from './until.ts';

export const Cart = z.looseObject({
  id: z.string(),
  token: z.string().nullish(),
  lines: z.array(z.looseObject({ variantId: z.string(), quantity: z.number() })),
  quote: z
    .looseObject({
      currency: z.string(),
      subtotal: z.number(),
      discountTotal: z.number(),
      taxTotal: z.number(),
      total: z.number(),
      lines: z.array(
        z.looseObject({
          variantId: z.string(),
          quantity: z.number(),
          unit: z.number(),
          gross: z.number(),
          discount: z.number(),
          net: z.number(),
          tax: z.number(),
          total: z.number(),
        }),
      ),
      shipping: z.looseObject({ gross: z.number() }).nullable(),
    })
    .nullable(),
});
export type Cart = z.output<typeof Cart>;

export interface CartWish {
  readonly currency: string;
  readonly lines: readonly { readonly variantId: string; readonly quantity: number }[];
  readonly email?: string;
  readonly codes?: readonly string[];
  readonly shippingMethodId?: string;
  readonly country?: string;
}

export const addressIn = (country: string) => ({
  name: 'Sample Shopper',
  line1: '1 Sample Street',
  city: 'Sampleton',
  postalCode: '10115',
  country,
});

/**
 * Creates a cart with everything in one call, as a guest of the shop. The token is shown once: where the first answer was
 * lost, its repetition has none, and another cart is made.
 */
export const createCart = async (api: ApiClient, shop: Shop, wish: CartWish): Promise<Cart> => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const cart = await call(api, Cart, 'POST', '/v1/carts', {
      credential: shop.publishableKey,
      body: {
        currency: wish.currency,
        locale: shop.locales[0],
        lines: wish.lines,
        email: wish.email ?? 'shopper@example.com',
        shippingAddress: addressIn(wish.country ?? shop.country),
        ...(wish.shippingMethodId === undefined ? {} : { shippingMethodId: wish.shippingMethodId }),
        ...(wish.codes === undefined ? {} : { codes: wish.codes }),
      },
    });
    if (cart.token !== null && cart.token !== undefined) return cart;
  }
  throw new Error('No answer with a cart and its token arrived');
};

export const Placed = z.looseObject({
  order: z.looseObject({
    id: z.string(),
    number: z.string(),
    status: z.string(),
    total: z.number(),
    currency: z.string(),
    lines: z.array(z.looseObject({ variantId: z.string(), quantity: z.number() })),
  }),
  orderToken: z.string().nullish(),
});
export type Placed = z.output<typeof Placed>;

export interface CheckoutWish {
  readonly cart: Cart;
  readonly expectedTotal?: number;
  /** `test` unless said. */
  readonly provider?: string;
  readonly method?: string;
  readonly idempotencyKey?: string;
}

/** Checks a guest's cart out. The answer is the caller's to judge: a refusal is an answer too. */
export const checkOut = (api: ApiClient, shop: Shop, wish: CheckoutWish): Promise<ApiResponse> =>
  api.send('POST', '/v1/orders/checkouts', {
    credential: shop.publishableKey,
    ...(wish.idempotencyKey === undefined ? {} : { idempotencyKey: wish.idempotencyKey }),
    headers: { 'cart-token': wish.cart.token ?? undefined },
    body: {
      cartId: wish.cart.id,
      expectedTotal: {
        amount: wish.expectedTotal ?? wish.cart.quote?.total ?? 0,
        currency: wish.cart.quote?.currency ?? 'EUR',
      },
      payment: { provider: wish.provider ?? 'test', method: wish.method ?? 'card_approved' },
    },
  });

const Pending = z.looseObject({ checkoutId: z.string(), orderToken: z.string().nullish() });
const Verdict = z.looseObject({
  status: z.enum(['pending', 'completed', 'refused']),
  order: Placed.shape.order.nullable(),
  refusal: z.looseObject({ code: z.string() }).nullable(),
});

/** A reconciler decides after a minute what nobody else did. */
const VERDICT = { timeoutMs: 120_000, everyMs: 500 };

/**
 * The order of a checkout that must succeed. A verdict that takes longer than a request may is waited for, as an app does.
 * @throws Refused, or an Error with the refusal that came later, or with what was waited for
 */
export const placedBy = async (api: ApiClient, shop: Shop, answer: ApiResponse): Promise<Placed> => {
  const placed = Placed.safeParse(answer.body);
  if (placed.success) return placed.data;
  const pending = Pending.safeParse(answer.body);
  if (answer.status !== 202 || !pending.success) throw new Refused('POST /v1/orders/checkouts', answer);
  const { checkoutId, orderToken } = pending.data;
  const path = `/v1/orders/checkouts/${checkoutId}`;
  return until(
    `a verdict on checkout ${checkoutId}`,
    async () => {
      const { status, order, refusal } = await call(api, Verdict, 'GET', path, {
        credential: shop.publishableKey,
        headers: { 'order-token': orderToken ?? undefined },
      });
      if (status === 'pending') return undefined;
      if (order === null) throw new Error(`Checkout ${checkoutId} was refused: ${refusal?.code}`);
      return { order, orderToken };
    },
    VERDICT,
  );
};
