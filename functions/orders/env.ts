import * as z from 'zod';

/** What each function of orders is bound to. */
const Table = { ORDERS_TABLE: z.string() };

export const OrdersEnv = z.object(Table);

export const CreateCheckoutEnv = z.object({
  ...Table,
  CHECKOUT_MACHINE: z.string(),
  UNLOCK_CART_FUNCTION: z.string(),
});

export const ReconcileEnv = z.object({
  ...Table,
  INQUIRE_FUNCTION: z.string(),
  REDEEM_FUNCTION: z.string(),
  RESERVE_FUNCTION: z.string(),
});
