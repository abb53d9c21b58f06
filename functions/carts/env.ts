import * as z from 'zod';

/** Functions that touch carts alone. */
export const CartsTableEnv = z.object({ CARTS_TABLE: z.string() });

/** Functions that also say what a cart costs. */
export const QuotedCartEnv = CartsTableEnv.extend({ QUOTE_FUNCTION: z.string() });

export const GetShippingMethodsEnv = CartsTableEnv.extend({ SHIPPING_METHODS_FUNCTION: z.string() });
