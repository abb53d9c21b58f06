import type { Callable } from '../../lib/runtime/call.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import type { TenantCaller } from '../../lib/runtime/tenant.ts';
import type { QuoteCall, QuoteOutput } from '../pricing/calls.ts';
import type { Cart, CartView } from './model.ts';

type Asking = { readonly caller: TenantCaller; readonly traceId: string };
export type AskQuote = Callable<typeof QuoteCall>;
type Priced = Pick<CartView, 'quote' | 'problem'>;

const problemOf = (refused: Extract<QuoteOutput, { status: 'refused' }>): Priced => {
  const { code, detail, variantIds, coupon } = refused;
  return { quote: null, problem: { code, detail, ...(variantIds && { variantIds }), ...(coupon && { coupon }) } };
};

/**
 * What a cart costs now. Prices are never kept: they are asked for each time. When pricing refuses or does not answer, the
 * cart is still there and says why it has no quote.
 */
export const pricesOf =
  (ask: AskQuote) =>
  async (cart: Cart, { caller, traceId }: Asking): Promise<Priced> => {
    if (cart.lines.length === 0) return { quote: null, problem: null };
    const address = cart.shippingAddress;
    try {
      const output = await ask(
        { tenant: caller.tenant, traceId },
        {
          currency: cart.currency,
          country: caller.settings.country,
          lines: cart.lines,
          codes: cart.codes,
          shippingAddress: address === null ? null : { country: address.country, region: address.region },
          shippingMethodId: cart.shippingMethodId,
          customerId: cart.customerId,
          taxMode: caller.settings.taxMode,
        },
      );
      return output.status === 'quoted' ? { quote: output.quote, problem: null } : problemOf(output);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 503) throw error;
      return { quote: null, problem: { code: error.code, detail: 'Prices cannot be had at this moment. Try again.' } };
    }
  };
